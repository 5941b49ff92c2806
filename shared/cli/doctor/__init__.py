"""`speech2cosmos doctor`: checks every service and the app, and changes nothing.

    checks.py      what a check says, and the whole of them
    running.py     runs the checks side by side, each with a deadline; an error becomes a check
    machine.py     Python, the version of the command, the clock
    configured.py  the settings
    speech.py, cosmos.py, queues.py, archive.py    one service each (peeked.py looks at a queue)
    jobs.py        jobs that wait, stand still, or were given up
    logged.py      what the app logs about itself: its last tick and its rights
    lost.py        what ended at Speech, against Cosmos DB (window.py: what may still be there)
    parts.py       heads and reports, against their parts
    printing.py    the table
    command.py     the command

Each of the modules in the middle yields checks. They write nothing.
"""
