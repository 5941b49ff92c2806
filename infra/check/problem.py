"""What is found, and the classes it may belong to; docs/infra.md's table is made from these."""

from dataclasses import dataclass

CLASSES = {
    "syntax": "the file does not parse",
    "unknown-type": "a resource type that the cache does not hold",
    "api-version": "another API version than the one that the cache holds, so also two versions of one type",
    "unknown-property": "a property that the type does not have, at any depth",
    "missing-property": "a required property is not set",
    "read-only": "a property is set that only Azure sets",
    "wrong-type": "a value of the wrong type: literals, parameters, variables and calls whose type is known",
    "enum": "a literal that is none of the values that the type or the parameter names",
    "bounds": "a literal string or number outside the bounds of its type or parameter",
    "undefined": "a name that nothing declares, also in `${}`",
    "unused": "a parameter, variable, type, function, import or existing resource that nothing uses",
    "duplicate": "two declarations of one name, two properties of one key, two parameters of one module",
    "missing-file": "a module or import whose file is not there",
    "module-parameter": "a module is not given a parameter that it demands, or is given one that it lacks",
    "module-output": "an output that the module does not have",
    "runtime-property": "a property read from a resource that it does not have",
    "too-early": "a name, scope, condition or loop rests on what is known only after deployment",
    "circle": "declarations that wait for each other",
    "function": "a function that Bicep does not have, or the wrong number of arguments",
    "description": "a parameter without a description",
    "security": "a key, a public door, an old TLS, an unknown role",
    "setting": "an app setting that the code does not know, lacks, or would refuse",
    "queue": "a queue that the code needs and Bicep does not make, or the other way round",
    "container": "a blob or Cosmos DB container that is not as the code needs it",
    "role": "something that the code does and no role allows",
    "flex": "the app is not as Flex Consumption, Python and its identity want it",
    "signal": "a scale rule names a function that the code does not have",
    "azd": "a parameter, tag or output that azd needs and does not find",
    "nothing": "the check found less to check than there must be",
}
"""Every class and what it means."""


@dataclass(frozen=True, order=True)
class Problem:
    """Something wrong at a place. `kind` is a key of CLASSES."""

    file: str
    line: int
    kind: str
    text: str

    def __post_init__(self) -> None:
        if self.kind not in CLASSES:
            raise ValueError(f"no such class of problem: {self.kind}")

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.kind}: {self.text}"
