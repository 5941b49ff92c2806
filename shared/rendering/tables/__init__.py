"""Many recordings as two tables for analysis: a row for each call, and a row for each turn (docs/questions.md)."""
