"""What is found, and of which kind it is."""

from dataclasses import dataclass
from typing import Literal, get_args

Kind = Literal[
    "compiler",  # the compiler, its linter or its formatter
    "snapshot",  # what Azure would get is not what is committed
    "security",  # a key, an open door, an old TLS version
    "setting",  # an app setting that the code does not know, lacks, or would refuse
    "queue",  # a queue that the code needs and Bicep does not make, or the other way round
    "container",  # a container of Blob storage or Cosmos DB that is not as the code needs it
    "role",  # a right that is missing, or one too many
    "flex",  # plan or app are not as Flex Consumption, Python and the app's identity need them
    "azd",  # a parameter, tag, output or service that azd needs and does not find
    "order",  # a resource does not wait for what it needs
    "coverage",  # a resource or parameter that none of the deployments looks at
]
KINDS: tuple[Kind, ...] = get_args(Kind)


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong. `where` is a file or the type of a resource."""

    kind: Kind
    where: str
    text: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.where}: {self.text}"
