"""Small function apps for the tests of the functions host, and their harness."""
