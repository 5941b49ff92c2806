"""`export` of many recordings into two tables: list them, read them into a state, write the files from it."""
