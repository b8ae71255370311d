"""What a clone needs to run, test and ship itself."""
