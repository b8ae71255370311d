"""Phone and birth date, for those who have nothing to scan."""
