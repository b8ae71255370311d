"""The process that knows the truth and does things."""
