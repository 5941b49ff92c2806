"""What a Bicep file says, as frozen dataclasses; `reader` makes them. Every node knows its line, from 1."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Node:
    """Anything that stands somewhere in a file."""

    line: int


@dataclass(frozen=True)
class Text(Node):
    """A string: literal text and the expressions in its `${}`."""

    parts: "tuple[str | Expr, ...]"

    @property
    def literal(self) -> str | None:
        """The string itself, None if anything is interpolated."""
        text = [part for part in self.parts if isinstance(part, str)]
        return "".join(text) if len(text) == len(self.parts) else None


@dataclass(frozen=True)
class Constant(Node):
    """An int, true, false or null."""

    value: int | bool | None


@dataclass(frozen=True)
class Name(Node):
    """A symbol: parameter, variable, resource, module, loop or lambda variable."""

    name: str


@dataclass(frozen=True)
class Member(Node):
    """`of.name`; `safe` for `of.?name`."""

    of: "Expr"
    name: str
    safe: bool = False


@dataclass(frozen=True)
class Index(Node):
    """`of[at]`."""

    of: "Expr"
    at: "Expr"


@dataclass(frozen=True)
class Nested(Node):
    """`of::name`, a resource inside a resource."""

    of: "Expr"
    name: str


@dataclass(frozen=True)
class Call(Node):
    """`name(…)`, or `of.name(…)` for a namespace or a resource's method."""

    name: str
    of: "Expr | None"
    arguments: "tuple[Expr, ...]"


@dataclass(frozen=True)
class Lambda(Node):
    """`(parameters) => body`."""

    parameters: tuple[str, ...]
    body: "Expr"


@dataclass(frozen=True)
class Unary(Node):
    """`!of` or `-of`."""

    operator: str
    of: "Expr"


@dataclass(frozen=True)
class Binary(Node):
    """`left operator right`."""

    operator: str
    left: "Expr"
    right: "Expr"


@dataclass(frozen=True)
class Choice(Node):
    """`condition ? then : other`."""

    condition: "Expr"
    then: "Expr"
    other: "Expr"


@dataclass(frozen=True)
class Array(Node):
    """`[ … ]`."""

    items: "tuple[Expr, ...]"


@dataclass(frozen=True)
class Property(Node):
    """One `key: value`; a key with `${}` stays a Text."""

    key: "str | Text"
    value: "Expr"


@dataclass(frozen=True)
class Object(Node):
    """`{ … }`; `nested` are the resources declared inside a resource's body."""

    properties: tuple[Property, ...]
    nested: "tuple[Resource, ...]" = ()

    def get(self, key: str) -> "Expr | None":
        """Return the value at `key`, None if it is not there."""
        return next((item.value for item in self.properties if item.key == key), None)


@dataclass(frozen=True)
class For(Node):
    """`[for item in over: body]` or `[for (item, index) in over: body]`."""

    item: str
    index: str | None
    over: "Expr"
    body: "Expr"


@dataclass(frozen=True)
class If(Node):
    """`if (condition) body`."""

    condition: "Expr"
    body: "Expr"


Expr = (
    Text
    | Constant
    | Name
    | Member
    | Index
    | Nested
    | Call
    | Lambda
    | Unary
    | Binary
    | Choice
    | Array
    | Object
    | For
    | If
)


@dataclass(frozen=True)
class Type(Node):
    """A type as written.

    `form`: string, int, bool, object, array; list (of `items`), union (of `literals`), shape (of `members`), or
    named (`name`).
    """

    form: str
    nullable: bool = False
    name: str = ""
    items: "Type | None" = None
    literals: tuple[str | int | bool, ...] = ()
    members: "tuple[tuple[str, Type], ...]" = ()
    """Of a shape: each property and its type; the key `*` for any other."""


@dataclass(frozen=True)
class Declaration(Node):
    """Anything with a name at a file's top, with its decorators."""

    name: str
    decorators: tuple[Call, ...]

    def decorator(self, name: str) -> Call | None:
        """Return the decorator, None if it is not there."""
        return next((one for one in self.decorators if one.name == name), None)


@dataclass(frozen=True)
class Parameter(Declaration):
    """`param name type = default`."""

    type: Type
    default: Expr | None


@dataclass(frozen=True)
class Variable(Declaration):
    """`var name = value`."""

    value: Expr


@dataclass(frozen=True)
class Output(Declaration):
    """`output name type = value`."""

    type: Type
    value: Expr


@dataclass(frozen=True)
class TypeName(Declaration):
    """`type name = …`."""

    type: Type


@dataclass(frozen=True)
class Function(Declaration):
    """`func name(…) type => body`."""

    parameters: tuple[tuple[str, Type], ...]
    returns: Type
    body: Expr


@dataclass(frozen=True)
class Import(Declaration):
    """`import { exported as name } from 'path'`; `exported` None for `* as name`."""

    path: str
    exported: str | None


@dataclass(frozen=True)
class Resource(Declaration):
    """`resource name 'type@version' = body`; a nested one without a version takes its parent's."""

    type: str
    version: str | None
    existing: bool
    body: Expr


@dataclass(frozen=True)
class Module(Declaration):
    """`module name 'path' = body`."""

    path: str
    body: Expr
