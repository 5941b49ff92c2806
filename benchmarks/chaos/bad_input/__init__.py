"""Bad input: mutated result files, reports and queue messages, and an oracle that shares no code with the reader.

`run.run()` gives the rows of the chaos page; `fuzz` lets atheris look for what the mutators do not think of.
"""
