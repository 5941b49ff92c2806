"""The use cases: gather, decide, apply. They know ports (ports.py), never adapters."""
