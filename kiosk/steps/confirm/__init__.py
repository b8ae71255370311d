"""Is this you, and is this your appointment?"""
