"""The Functions host's own queue listener against local/host: the same cases, the same storage, the same requests.

Both listeners call `program`. `wire` records their requests to storage. `listeners` starts them. `cases` has the
enqueued messages and what the program does. `record` writes recorded.json, which the tests compare with.
"""
