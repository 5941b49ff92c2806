"""Checks the infrastructure without Azure: by Microsoft's compiler and by rules. See docs/infra.md.

- compiler: finds and calls Microsoft's compiler
- snapshots, template: write and compare the committed files of infra/snapshots
- deployment: reads a snapshot
- code: reads what the code needs
- wants, rights, security, flex, azd: rules for each deployment
- order, coverage: rules for the template, and for all deployments together
- problem, run, __main__: run the whole check
"""
