"""The first page: scan, type, or take a number without a booking."""
