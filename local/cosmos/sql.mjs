/**
 * Compiles Cosmos SQL into functions of a document and the query's parameters.
 *
 * The operators with their third truth value (undefined) and the functions are those of @zeit/cosmosdb-query.
 * Its way to run a query is not used: it copies the rows found so far for every document (measured: 8,000
 * documents take 0.14 s, 16,000 take 1.2 s), and evaluates IN and BETWEEN with JavaScript's operators, for
 * which undefined is false. What is not listed here is refused by name.
 */

import aggregates from "@zeit/cosmosdb-query/lib/aggregate-functions.js";
import builtins from "@zeit/cosmosdb-query/lib/builtin-functions.js";
import operators from "@zeit/cosmosdb-query/lib/helpers.js";

import { badRequest, unsupported } from "./errors.mjs";
import { parse } from "./parse.mjs";
import { hasAggregate, isAggregate, projected } from "./tree.mjs";

/**
 * Functions whose results agree with Cosmos's, and their numbers of arguments. Some others of the package do
 * not agree (REPLACE, RIGHT, …). It does not know the third argument of CONTAINS, STARTSWITH, ENDSWITH.
 */
const FUNCTIONS = new Map([
  ...["IS_ARRAY", "IS_BOOL", "IS_DEFINED", "IS_NULL", "IS_NUMBER"].map((name) => [name, [1, 1]]),
  ...["IS_OBJECT", "IS_PRIMITIVE", "IS_STRING"].map((name) => [name, [1, 1]]),
  ...["ABS", "ARRAY_LENGTH", "CEILING", "FLOOR", "LENGTH", "LOWER", "UPPER"].map((name) => [name, [1, 1]]),
  ...["CONTAINS", "ENDSWITH", "STARTSWITH"].map((name) => [name, [2, 2]]),
  ["ARRAY_CONTAINS", [2, 3]],
  ["CONCAT", [2, Infinity]],
]);

/**
 * Compile a query into {top, where, orderBy: [{path, value, descending}], row} or, instead of `row`,
 * `aggregate(documents, parameters)`; and `isValue`: whether its rows are bare values.
 */
export function compile(text) {
  const { select, where, orderBy, top, alias } = parse(text);
  const compiled = {
    top: top ? expression(top, alias) : null,
    where: where ? expression(where, alias) : () => true,
    orderBy: orderBy.map(({ node, order }) => ({
      path: `/${pathOf(node).join("/")}`,
      value: expression(node, alias),
      descending: order === "DESC",
    })),
    isValue: Boolean(select.value),
  };
  if (!projected(select).some(hasAggregate)) return { ...compiled, row: projection(select, alias) };
  if (top || orderBy.length > 0) throw unsupported("An aggregate with TOP or ORDER BY");
  return { ...compiled, aggregate: projection(select, new Group(alias)) };
}

function projection({ all, value, properties }, alias) {
  if (all) return (document) => document;
  return value ? expression(value, alias) : object(properties, alias);
}

/** Nodes that may contain aggregates. The planner writes objects and lists of them, and refuses all others. */
const COMPOSED = new Set(["constant", "undefined", "parameter", "identifier", "array", "object"]);

/** The alias in an expression over all documents. Only aggregates may use it. */
class Group {
  constructor(alias) {
    this.alias = alias;
  }
}

function object(pairs, alias) {
  const fields = pairs.map(([name, node]) => [name, expression(node, alias)]);
  return (document, parameters) =>
    Object.fromEntries(fields.map(([name, value]) => [name, value(document, parameters)]));
}

function aggregate({ name, arguments: nodes }, { alias }) {
  if (nodes.length !== 1) throw badRequest(`SC2050: the ${name} function requires 1 argument(s).`);
  const value = expression(nodes[0], alias);
  const combine = aggregates[name.toUpperCase()];
  return (documents, parameters) => combine(documents.map((one) => value(one, parameters)));
}

/** The names on the path from the document to the value that ORDER BY names. */
function pathOf({ type, object: of, name, index }) {
  if (type !== "member" && type !== "index") {
    throw badRequest(
      "Unsupported ORDER BY clause. ORDER BY item expression could not be mapped to a document path.",
    );
  }
  const own = name ?? String(index.value);
  return of.type === "identifier" ? [own] : [...pathOf(of), own];
}

/** The value of an object or array under `name`; undefined if there is none. */
function member(value, name) {
  if (Array.isArray(value)) return Number.isInteger(name) ? value[name] : undefined;
  const isObject = typeof value === "object" && value !== null;
  return isObject && typeof name === "string" && Object.hasOwn(value, name) ? value[name] : undefined;
}

const BINARY = {
  "=": operators.equal,
  "!=": operators.notEqual,
  "<>": operators.notEqual,
  AND: operators.and,
  OR: operators.or,
  "||": operators.concat,
  "??": (left, right) => (left === undefined ? right : left),
  ...Object.fromEntries(
    ["<", "<=", ">", ">="].map((operator) => [operator, (a, b) => operators.compare(operator, a, b)]),
  ),
};

const EXPRESSIONS = {
  constant: ({ value }) => () => value,
  undefined: () => () => undefined,
  array: ({ elements }, alias) => {
    const values = elements.map((element) => expression(element, alias));
    return (...row) => values.map((value) => value(...row)).filter((value) => value !== undefined);
  },
  object: ({ properties }, alias) => object(properties, alias),
  identifier: ({ name }, alias) => {
    if (alias instanceof Group) {
      throw badRequest("SC2102: what is selected beside an aggregate has to be an aggregate too.");
    }
    if (name !== alias) throw badRequest(`SC2001: identifier '${name}' could not be resolved.`);
    return (document) => document;
  },
  parameter: ({ name }) => (_, parameters) => {
    if (!parameters.has(name)) throw badRequest(`The query has no parameter ${name}.`);
    return parameters.get(name);
  },
  member: ({ object: of, name }, alias) => {
    const owner = expression(of, alias);
    return (...row) => member(owner(...row), name);
  },
  index: ({ object: of, index }, alias) => {
    const [owner, name] = [expression(of, alias), expression(index, alias)];
    return (...row) => member(owner(...row), name(...row));
  },
  unary: ({ operator, argument }, alias) => {
    const value = expression(argument, alias);
    if (operator === "NOT") return (...row) => operators.not(value(...row));
    return (...row) => operators.calculateUnary(operator, value(...row));
  },
  binary: ({ left, operator, right }, alias) => {
    const [a, b] = [expression(left, alias), expression(right, alias)];
    const apply = BINARY[operator] ?? ((x, y) => operators.calculate(operator, x, y));
    return (...row) => apply(a(...row), b(...row));
  },
  conditional: ({ test, yes, no }, alias) => {
    const [condition, one, other] = [test, yes, no].map((node) => expression(node, alias));
    return (...row) => (condition(...row) === true ? one : other)(...row);
  },
  in: ({ value, choices: nodes }, alias) => {
    const [wanted, choices] = [expression(value, alias), nodes.map((node) => expression(node, alias))];
    return (...row) => {
      const found = wanted(...row);
      return choices.reduce((any, choice) => operators.or(any, operators.equal(found, choice(...row))), false);
    };
  },
  between: ({ value, low, high }, alias) => {
    const [middle, least, most] = [value, low, high].map((node) => expression(node, alias));
    return (...row) => {
      const found = middle(...row);
      return operators.and(
        operators.compare(">=", found, least(...row)),
        operators.compare("<=", found, most(...row)),
      );
    };
  },
  call: ({ name, arguments: nodes }, alias) => {
    const called = name.toUpperCase();
    if (!FUNCTIONS.has(called)) throw unsupported(`The function ${name} here`);
    const [least, most] = FUNCTIONS.get(called);
    if (nodes.length < least) throw badRequest(`SC2050: ${name} takes at least ${least} argument(s).`);
    if (nodes.length > most) throw unsupported(`${name} with more than ${most} argument(s)`);
    const values = nodes.map((node) => expression(node, alias));
    return (...row) => builtins[called](...values.map((value) => value(...row)));
  },
};

function expression(node, alias) {
  if (alias instanceof Group && isAggregate(node)) return aggregate(node, alias);
  if (alias instanceof Group && !COMPOSED.has(node.type)) {
    throw unsupported("A composition of aggregates and other expressions");
  }
  return EXPRESSIONS[node.type](node, alias);
}
