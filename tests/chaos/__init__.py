"""Faults on the real stack. `make chaos` runs the cases and writes docs/reliability.md from one run (reporting.py).

A case is a test with the marker `chaos` and the fixture `row`, which takes what it measured. bench.py is the stack
with a layer of faults in front of each service, kinds.py are the jobs, judge.py compares what is stored with what an
undisturbed run stores, reader.py follows heads while they are written. test_judges.py shows that these see faults.
"""
