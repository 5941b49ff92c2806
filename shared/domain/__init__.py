"""What is true without any service: reading results, splitting them, ids, states. No I/O, clock or logging."""
