"""Timer functions."""
