"""The infrastructure, checked without Azure: by Microsoft's compiler, and by rules of our own. See docs/infra.md.

- compiler: Microsoft's compiler, found and asked
- snapshots, template: the committed files of infra/snapshots, written and compared
- deployment: a snapshot, read
- code: what the code needs
- wants, rights, security, flex, azd: what must hold of every deployment
- order, coverage: what must hold of the template, and of all deployments together
- problem, run, __main__: all of it
"""
