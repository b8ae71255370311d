"""The number: on the screen, on paper, on the phone."""
