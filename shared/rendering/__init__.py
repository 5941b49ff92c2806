"""Turns documents of Cosmos DB into text, captions, tables and pages for people. No I/O, no clock, no logging.

Each form of output is a function from a Recording to an iterator of pieces of text. The caller writes them.
"""
