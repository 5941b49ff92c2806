"""What the commands print, and how. Only these files print.

Data goes to stdout, so that it can be piped. Progress, notes, questions and errors go to stderr. Without a terminal
there is no colour, no pager and no question.

    wishes.py      what the user wants of the terminal: --color, --no-pager
    text.py        makes a text of a service or file safe to print
    output.py      lines, JSON, pieces of a text, errors
    colour.py      whether there is colour, and the colours of states and speakers
    lists.py       lists as table, json, jsonl or csv (columns.py: their fields, table.py: the table)
    counter.py     a line that shows how far a command is
    live.py        a view that changes in place
    spans.py       lines with styles, as text
    pager.py       the pager
    times.py       times of day for people, and what `--since` means
    questions.py   asks before a command changes much
"""
