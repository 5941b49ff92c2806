/**
 * Trees of Cosmos SQL as text again, in the form that the service's planner gives to a rewritten query: every
 * operation in parentheses, every string in double quotes.
 */

import { unsupported } from "./errors.mjs";

const list = (nodes) => nodes.map(textOf).join(", ");

const constant = ({ value }) => JSON.stringify(value);

const array = ({ elements }) => `[${list(elements)}]`;

const nameOf = (key) => JSON.stringify(key.name ?? key.value);

const object = ({ properties }) =>
  `{${properties.map(({ key, value }) => `${nameOf(key)}: ${textOf(value)}`).join(", ")}}`;

const TEXTS = {
  string_constant: constant,
  number_constant: constant,
  boolean_constant: constant,
  null_constant: () => "null",
  undefined_constant: () => "undefined",
  array_constant: array,
  scalar_array_expression: array,
  object_constant: object,
  scalar_object_expression: object,
  identifier: ({ name }) => name,
  parameter_name: ({ name }) => name,
  scalar_member_expression: ({ object: of, property, computed }) =>
    computed ? `${textOf(of)}[${textOf(property)}]` : `${textOf(of)}.${property.name}`,
  scalar_unary_expression: ({ operator, argument }) => `(${operator} ${textOf(argument)})`,
  scalar_binary_expression: ({ left, operator, right }) =>
    `(${textOf(left)} ${operator === "<>" ? "!=" : operator} ${textOf(right)})`,
  scalar_conditional_expression: ({ test, consequent, alternate }) =>
    `(${textOf(test)} ? ${textOf(consequent)} : ${textOf(alternate)})`,
  scalar_in_expression: ({ value, list: choices }) => `(${textOf(value)} IN (${list(choices)}))`,
  scalar_between_expression: ({ value, begin, end }) =>
    `(${textOf(value)} BETWEEN ${textOf(begin)} AND ${textOf(end)})`,
  scalar_function_expression: ({ name: { name }, arguments: args }) => `${name}(${list(args)})`,
};

export function textOf(node) {
  const write = TEXTS[node.type];
  if (!write) throw unsupported(`${node.type.replaceAll("_", " ")} in a query of all partitions`);
  return write(node);
}
