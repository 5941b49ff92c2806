"""speech2cosmos: results of Azure Speech batch transcription, split by channel and speaker, into Azure Cosmos DB.

The rooms, and what belongs in each:

    errors.py      the error tree: an error's type answers "retry, record, or fix the settings?"
    settings.py    every setting, checked at once, from the environment
    rights.py      every right that the app needs, and what it is tried by
    bootstrap.py   builds the app; the only place that sees both pipeline and adapters
    domain/        what is true without any service: reading, splitting, ids, states; no I/O, clock or logging
    pipeline/      the use cases, each gather, decide, apply; they talk to ports, set the order of effects, and log
    adapters/      one outside system a file: Speech, contents, Cosmos DB, Blob storage
    cli/           the command `speech2cosmos`

Imports run one way:

    function_app, cli -> bootstrap -> rights -> {adapters, pipeline} -> {domain, settings} -> errors

tests/test_import_rule.py holds this.
"""
