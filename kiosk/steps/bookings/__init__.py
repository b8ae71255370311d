"""Several bookings of one person: which one?"""
