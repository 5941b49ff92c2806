"""Commands for the people who read what was said."""
