"""The Functions host's own queue listener against local/host: the same cases, the same storage, the same requests.

`program` is what both listeners call; `wire` writes down what they ask of storage; `listeners` starts them; `cases`
says what is put into the queues and what the program does; `record` writes recorded.json, which the tests compare with.
"""
