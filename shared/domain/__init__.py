"""Decisions without I/O, clock or logging: reading results, splitting them, ids, states of a job."""
