"""What people make happen: one transaction per function."""
