/**
 * The partition keys that a query's WHERE can match. The service's planner (`queryRanges` of a query plan)
 * sends a query only to the partitions of these keys. Only equality, IN and ARRAY_CONTAINS with constants
 * narrow them.
 */

import { effectiveKeys, keyText, namesOf } from "./partition-key.mjs";

/**
 * The alternatives of a condition: Maps from the index of a component to its value. A missing component may
 * have any value.
 */
const ANYTHING = [new Map()];

/**
 * The keys that `query` (as of `parse`) can match with `parameters` (Map from name to value): each a list of
 * as many leading components as are known. [[]] means every key, [] means none.
 */
export function matchedKeys({ where, alias }, parameters, paths) {
  const choices = where ? matches(where, { alias, parameters, paths }) : ANYTHING;
  const unique = [...new Map(choices.map(leading).map((key) => [keyText(key), key])).values()];
  const covers = (short, long) => short.length < long.length && short.every((value, at) => value === long[at]);
  return unique.filter((key) => !unique.some((other) => covers(other, key)));
}

/** The EPKs of keys, as a query plan writes them (azure-cosmos-dotnet-v3, `GetEffectivePartitionKeyRange`). */
export function rangesOf(keys, paths) {
  if (keys.length === 0) return [{ min: "", max: "", isMinInclusive: true, isMaxInclusive: true }];
  return keys
    .map((key) => {
      if (key.length === 0) return { min: "", max: "FF", isMinInclusive: true, isMaxInclusive: false };
      const epk = effectiveKeys(key).join("");
      const max = key.length < paths.length ? `${epk}FF` : epk;
      return { min: epk, max, isMinInclusive: true, isMaxInclusive: true };
    })
    .sort((a, b) => (a.min < b.min ? -1 : 1));
}

/** The components before the first unknown one. */
function leading(choice) {
  const components = [];
  while (choice.has(components.length)) components.push(choice.get(components.length));
  return components;
}

function matches(node, context) {
  const { type, operator, left, right } = node;
  if (type === "binary" && operator === "AND") {
    return matches(left, context).flatMap((a) => matches(right, context).flatMap((b) => both(a, b)));
  }
  if (type === "binary" && operator === "OR") {
    return [...matches(left, context), ...matches(right, context)];
  }
  if (type === "binary" && operator === "=") {
    return among(left, [right], context) ?? among(right, [left], context) ?? ANYTHING;
  }
  if (type === "in") return among(node.value, node.choices, context) ?? ANYTHING;
  if (type === "call" && node.name.toUpperCase() === "ARRAY_CONTAINS") {
    const [list, value, ...rest] = node.arguments;
    const [values] = constantOf(list, context.parameters) ?? [];
    if (!Array.isArray(values) || rest.length > 0) return ANYTHING;
    const constants = values.map((each) => ({ type: "constant", value: each }));
    return among(value, constants, context) ?? ANYTHING;
  }
  return ANYTHING;
}

/** The combination of two alternatives; none if they contradict each other. */
const both = (a, b) =>
  [...b].some(([at, value]) => a.has(at) && a.get(at) !== value) ? [] : [new Map([...a, ...b])];

/**
 * The alternatives if `node` is a component of the key and equals one of `values`; undefined if it is no
 * component, or the values are not constant.
 */
function among(node, values, { paths, alias, parameters }) {
  const at = paths.findIndex((path) => isPath(node, namesOf(path), alias));
  const constants = values.map((value) => constantOf(value, parameters));
  if (at < 0 || constants.includes(undefined)) return undefined;
  return constants.map(([value]) => new Map([[at, value]]));
}

function isPath(node, names, alias) {
  if (names.length === 0) return node.type === "identifier" && node.name === alias;
  const name = { member: node.name, index: node.index?.value }[node.type];
  return name === names.at(-1) && isPath(node.object, names.slice(0, -1), alias);
}

/** [value] of a constant or a parameter; undefined for anything else. */
function constantOf({ type, name, value }, parameters) {
  if (type === "parameter") return parameters.has(name) ? [parameters.get(name)] : undefined;
  return type === "constant" ? [value] : undefined;
}
