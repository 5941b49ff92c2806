"""A problem, and its kind."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "compiler",  # the compiler, its linter or its formatter
    "snapshot",  # a snapshot that differs from the committed one
    "security",  # a key, public access, an old TLS version
    "setting",  # a setting that the code does not know or would refuse, or one that is missing
    "queue",  # a queue that the code needs and the Bicep lacks, or the other way round
    "container",  # a container of Blob storage or Cosmos DB that differs from what the code needs
    "role",  # a role that is missing, or one too many
    "flex",  # a plan or app that Flex Consumption, Python or the app's identity do not allow
    "azd",  # a missing parameter, tag, output or service that azd needs
    "order",  # a resource without a dependency on what it needs
    "coverage",  # a resource or parameter that no deployment covers
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, order=True)
class Problem:
    """A problem. `where` is a file or the type of a resource."""

    kind: Kind
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.text}"
