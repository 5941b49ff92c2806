"""`doctor`, against real servers."""
