"""Read models: they never write."""
