"""Commands that show what was given up, and try it again."""
