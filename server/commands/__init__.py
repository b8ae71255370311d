"""What people and the clock make happen: one module per intention, one transaction per function."""
