"""What can be checked of the Bicep without Azure and without its compiler. docs/infra.md says what that is, and is not.

    tree, file, expressions, reader    a file read by tree-sitter, as dataclasses
    source, walk                       all files; going through expressions
    schema, cache                      Bicep's type database: read from infra/types; made anew
    functions                          Bicep's functions and decorators
    names, kinds, bodies,              the linter: names, what an expression may be, resources against the database,
    members, modules, order            what is read from them, what passes between files, what waits for what
    values, evaluate, plan, carried    the Bicep carried out on paper: what comes to be, what shows only then
    scenarios                          with which parameters
    roles, code                        what the code needs
    security, wants, flex, azd         what must hold of every deployment
    problem, run, __main__             all of it
    picture                            the map of resources

What a file says is looked at before what the files make together: a deployment that does not fit is not carried out.
"""
