"""Sit down, we are coming."""
