"""Queue functions that hand each message to the program of tests/local/listener."""
