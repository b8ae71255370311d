"""Ticket numbers, unique in a service day."""


def ticket(prefix: str, count: int) -> str:
    """The printed number: a letter and at least three digits, `A007`, `A1025`."""
    return f"{prefix}{count:03d}"
