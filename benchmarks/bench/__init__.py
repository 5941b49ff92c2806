"""How fast the system is, and how far from its aims: `python -m benchmarks.bench` writes docs/benchmarks.md.

    registry.py   the benchmarks, in the order of the page
    shown.py      what a benchmark gives to the page: a table, aims, plots
    results.py    the measured results, in measured.json
    page.py       the blocks of the page
    draw.py       the plots, as SVG
    files.py      generated result files, kept below local/.state
    child.py      a whole process: its seconds and its peak memory
    before.py     the repository as it was before it was made faster
    stack.py      the local stack, with a functions host for each run
    hostlog.py    reads when the host did what

Every other module is a benchmark, or a part of the one whose name it begins with: `measure()` yields the data measured
so far, and `show(data)` says how the page shows them.
"""
