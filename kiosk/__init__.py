"""The touch screen patients use."""
