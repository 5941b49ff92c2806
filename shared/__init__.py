"""speech2cosmos: results of Azure Speech batch transcription, split by channel and speaker, into Azure Cosmos DB.

The rooms, and what belongs in each:

    masking.py     removes the process's keys from every text that leaves it
    errors.py      the error tree: an error's type answers "retry, record, or fix the settings?"
    settings.py    every setting, read from the environment and checked at once (setting_types.py: types of values)
    rights.py      every permission that the app needs, and the request that tests it
    bootstrap.py   builds the app; the only module that imports both pipeline and adapters
    domain/        decisions without I/O, clock or logging: reading files, splitting, ids, states of a job
    pipeline/      the use cases: each gathers inputs through ports, decides with domain/, applies the result, and logs
    adapters/      implementations of the ports, one outside system a file: Speech, contents, Cosmos DB, Blob storage
    rendering/     turns documents into text, captions, tables and pages; as pure as domain/
    cli/           the command `speech2cosmos`

Imports run one way:

    function_app, cli -> bootstrap -> rights -> {adapters, pipeline} -> {domain, settings} -> errors -> masking
    cli -> rendering -> domain

Our modules are imported at the top of a file, with two exceptions that keep starts short (docs/decisions/0042):
bootstrap.py imports the classes of a part of the app when it builds it, and cli/lazy.py imports a command at its use.

tests/test_import_rule.py holds both rules.

The project's words:

    run        the number of a job's current pass, from 1; each time the job starts over it grows by one
    revision   a short hash of a file's ETag, the writer version and the split options; ids of parts begin with it
    part       a document of one revision: sections of tracks, of combined texts and of turns; or a piece of a report
    section    a piece of one track, of one channel's texts, or of the turns; domain/packing.py puts it into a part
    head       the document `transcript` of a recording; it names the parts of one revision, and is written last
    in         a file is in when its head (for a report: the job's document) was written by run `reprocessFrom` or later
    orphan     a part that no head or job names, because the run that wrote it died; also called a leftover
    retired    a part that a newer head replaced, or an orphan that was found; its `ttl` deletes it after an hour
    moved      an ingesting job moved when one of its files, its list or its report was written; it is counted first
    retry      a new listing of a job's files after a pause; it tries every file that is not in (domain/patience.py)
    given up   the app no longer tries a file, or a job's listing, by itself; a document keeps the code and the reason
    poison     the dead-letter queue `NAME-poison`: the host moves a message there after its last failed delivery
    tombstone  the document of type `forgotten` in the place of an erased recording's head, or of an erased job
    settled    a job is settled when the timer has counted its files: all are in or given up, so the job ends
"""
