"""How fast the system is, and how far from its aims: `python -m benchmarks.bench` writes docs/benchmarks.md.

    registry.py   the benchmarks, in the order of the page
    shown.py      what a benchmark gives to the page: a table, aims, plots
    results.py    the measured results, in measured.json
    page.py       the blocks of the page
    draw.py       the plots, as SVG
    files.py      generated result files, kept below local/.state
    child.py      a whole process: its seconds and its peak memory

Every other module is one benchmark: `measure()` yields the data measured so far, and `show(data)` says how the page
shows them.
"""
