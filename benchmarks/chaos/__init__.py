"""`make chaos`: every fault we can think of, on the real stack; what was found is docs/reliability.md.

bench.py is the stack with a layer of faults in front of every service, judge.py compares what is stored with an
undisturbed run, reader.py reads all the while as an application would. Each kind of fault has a file or folder of its
own and yields rows of ledger.py; scenarios.py lists them. found.json keeps what the last run found, page.py makes the
page of it.
"""
