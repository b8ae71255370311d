"""Somebody the clinic does not know yet: name, phone, birth date, sex."""
