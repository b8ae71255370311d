"""Tickets and receipts on paper: documents, bytes, pictures, drivers."""
