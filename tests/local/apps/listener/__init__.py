"""Queue functions that pass each message to the program of tests/local/listener."""
