"""Rows, transactions and secrets."""
