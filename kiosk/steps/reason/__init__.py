"""What somebody without a booking comes for."""
