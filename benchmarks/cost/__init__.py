"""`python -m benchmarks.cost`: what a thousand hours of audio cost, as a page, docs/cost.md.

charges.py knows what a request takes in request units, prices.py what a unit costs. measure.py lets the real pipeline
take in generated recordings (workloads.py), over stand-ins that count (meter.py, services.py), and keeps what it
counted in measured.json. bill.py is the formula, page.py the tables.
"""
