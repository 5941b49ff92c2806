"""A revision names the documents of one content under one set of options."""

import string

from shared.domain.revision import revision_of
from shared.domain.split import SplitOptions


def test_another_file_and_other_options_get_another_revision() -> None:
    options = [SplitOptions(), SplitOptions(turn_gap_seconds=2.5), SplitOptions(all_words=True)]
    revisions = {revision_of(etag, each) for etag in ('"1"', '"2"', "") for each in options}
    assert len(revisions) == 9
    assert all(len(revision) == 12 and set(revision) <= set(string.hexdigits.lower()) for revision in revisions)


def test_a_revision_keeps_its_value_from_one_version_to_the_next() -> None:
    # If it changed without a new WRITER_VERSION, readers would hold ids of parts that no longer exist.
    assert revision_of('"0x8DC"', SplitOptions()) == "51aa841253b2"
