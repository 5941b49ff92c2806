"""Measures what the system costs and how fast it is, for docs/."""
