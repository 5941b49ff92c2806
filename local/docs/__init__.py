"""What is made from the code: the contract's schemas, tables and examples, the table of settings, the sample settings.

`python -m local.docs` writes them, `--check` says which of them differ. The examples come from a run of the pipeline.
"""
