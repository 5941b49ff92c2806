"""Small function apps for the tests of the functions host, and what starts them."""
