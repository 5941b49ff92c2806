"""What a recording costs in Cosmos DB by the shape of its documents: the product's, other designs, and a sweep.

A document's charge depends only on its size and its indexed properties, so it is computed from documents that nobody
has to store. `python -m benchmarks.shapes` prints the tables; `measure()` in measure.py returns the figures.
"""
