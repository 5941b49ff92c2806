"""Every query that the recording must contain."""

from tests.contract_cosmos.planner.asked import Asked
from tests.contract_cosmos.planner.forms import FORMS
from tests.contract_cosmos.planner.in_code import ask_all
from tests.contract_cosmos.planner.in_docs import documented


def asked_queries() -> list[Asked]:
    """Return every query of the app, the command line and the pages, each once."""
    return list(dict.fromkeys([*ask_all().asked, *documented()]))


def all_queries() -> list[Asked]:
    """Return these queries and the forms for which local/cosmos and the planner have to agree."""
    return [*asked_queries(), *FORMS]
