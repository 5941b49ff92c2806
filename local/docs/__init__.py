"""Generates from the code: the contract's schemas, tables and examples, the settings' table, the sample settings.

`python -m local.docs` writes the files, `--check` names those that differ. The examples come from a run of the
pipeline.
"""
