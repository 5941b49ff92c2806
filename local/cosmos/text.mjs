/**
 * Writes trees of Cosmos SQL as text, in the form that the service's planner gives to a rewritten query:
 * every operation in parentheses, every string in double quotes.
 */

const list = (nodes) => nodes.map(textOf).join(", ");

/** Properties of an object: `{"a": c.a, "b": c.b}`. */
export const objectText = (pairs) =>
  `{${pairs.map(([name, node]) => `${JSON.stringify(name)}: ${textOf(node)}`).join(", ")}}`;

const TEXTS = {
  constant: ({ value }) => JSON.stringify(value),
  undefined: () => "undefined",
  array: ({ elements }) => `[${list(elements)}]`,
  object: ({ properties }) => objectText(properties),
  identifier: ({ name }) => name,
  parameter: ({ name }) => name,
  member: ({ object, name }) => `${textOf(object)}.${name}`,
  index: ({ object, index }) => `${textOf(object)}[${textOf(index)}]`,
  unary: ({ operator, argument }) => `(${operator} ${textOf(argument)})`,
  binary: ({ left, operator, right }) => `(${textOf(left)} ${operator === "<>" ? "!=" : operator} ${textOf(right)})`,
  conditional: ({ test, yes, no }) => `(${textOf(test)} ? ${textOf(yes)} : ${textOf(no)})`,
  in: ({ value, choices }) => `(${textOf(value)} IN (${list(choices)}))`,
  between: ({ value, low, high }) => `(${textOf(value)} BETWEEN ${textOf(low)} AND ${textOf(high)})`,
  call: ({ name, arguments: nodes }) => `${name}(${list(nodes)})`,
};

export function textOf(node) {
  return TEXTS[node.type](node);
}
