/**
 * The query plan: how a client has to run a query that no single partition can answer, and merge what it gets.
 *
 * Its form is that of the service's planner, part of Microsoft's .NET SDK (Microsoft.Azure.Cosmos 3.64.0). A test
 * compares the two: tests/contract_cosmos/test_planner.py. What the form of a query is not listed here is refused.
 */

import { badRequest, unsupported } from "./errors.mjs";
import { matchedKeys, rangesOf } from "./key-ranges.mjs";
import { hasAggregate, isAggregate, namedProperties, parse } from "./parse.mjs";
import { textOf } from "./text.mjs";

/** The SDK replaces it: by a filter when it resumes an ORDER BY, else by `true`. */
const FILTER = "({documentdb-formattableorderbyquery-filter})";

const AGGREGATES = { COUNT: "Count", MIN: "Min", MAX: "Max", SUM: "Sum", AVG: "Average" };

/** What one partition gives for each aggregate, so that the client can go on with it. */
const PARTIAL = {
  COUNT: (name, value) => `{"item": ${name}(${value})}`,
  SUM: (name, value) => `{"item": ${name}(${value})}`,
  MIN: (name, value) => `{"item": ${name}(${value}), "item2": {"min": MIN(${value}), "count": COUNT(${value})}}`,
  MAX: (name, value) => `{"item": ${name}(${value}), "item2": {"max": MAX(${value}), "count": COUNT(${value})}}`,
  AVG: (_, value) => `{"item": {"sum": SUM(${value}), "count": COUNT(${value})}}`,
};

/** The plan of a query text. `parameters`: Map from name to value; `paths`: of the container's partition key. */
export function planOf(text, parameters, paths) {
  const query = parse(text);
  const keys = matchedKeys(query, parameters, paths);
  // One logical partition, or none, lies on one physical partition: it answers, and nothing is merged.
  const isSingle = keys.length === 0 || (keys.length === 1 && keys[0].length === paths.length);
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: { ...NOTHING, hasSelectValue: Boolean(query.select.value), ...(isSingle ? {} : merging(query, parameters)) },
    queryRanges: rangesOf(keys, paths),
  };
}

/** Whether a client has to merge, by the plan. */
export const mustMerge = ({ queryInfo: { top, orderBy, aggregates } }) =>
  top !== null || orderBy.length > 0 || aggregates.length > 0;

const NOTHING = {
  distinctType: "None",
  top: null,
  offset: null,
  limit: null,
  orderBy: [],
  orderByExpressions: [],
  groupByExpressions: [],
  groupByAliases: [],
  aggregates: [],
  groupByAliasToAggregateType: {},
  rewrittenQuery: "",
  hasNonStreamingOrderBy: false,
};

function merging(query, parameters) {
  const { select, top, orderBy } = query;
  const info = top ? { top: topOf(top.value, parameters) } : {};
  const projected = select.value ? [select.value] : (select.properties?.properties ?? []);
  if (projected.some(hasAggregate)) return { ...info, ...aggregating(query) };
  if (!orderBy) return info;
  const sorts = orderBy.expressions.map(({ expression }) => textOf(expression));
  return {
    ...info,
    orderBy: orderBy.expressions.map(({ order }) => (order === "DESC" ? "Descending" : "Ascending")),
    orderByExpressions: sorts,
    rewrittenQuery: ordering(query, sorts),
  };
}

function topOf(node, parameters) {
  const value = node.type === "parameter_name" ? parameters.get(node.name) : node.value;
  if (!Number.isInteger(value) || value < 0) throw badRequest("SC2060: the count value of TOP must be an integer.");
  return value;
}

function aggregating({ select, where, orderBy, from }) {
  if (!select.value) throw badRequest("Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates");
  if (!isAggregate(select.value)) {
    throw badRequest("Compositions of aggregates and other expressions are not allowed.");
  }
  if (orderBy) throw unsupported("An aggregate with ORDER BY");
  const { name } = select.value.name;
  const partial = PARTIAL[name.toUpperCase()](name, textOf(select.value.arguments[0]));
  return {
    aggregates: [AGGREGATES[name.toUpperCase()]],
    rewrittenQuery: lines(`SELECT VALUE [${partial}]`, source(from), where && `WHERE ${textOf(where.condition)}`),
  };
}

function ordering({ select, top, where, orderBy, from, alias }, sorts) {
  const keys = sorts.map((sort) => `{"item": ${sort}}`).join(", ");
  const filter = where ? `(${textOf(where.condition)} AND ${FILTER})` : FILTER;
  const order = orderBy.expressions.map((each, at) => (each.order ? `${sorts[at]} ${each.order}` : sorts[at]));
  return lines(
    `SELECT ${top ? `TOP ${textOf(top.value)} ` : ""}${alias}._rid, [${keys}] AS orderByItems, ` +
      `${payload(select, alias)} AS payload`,
    source(from),
    `WHERE ${select.value ? `(${filter} AND IS_DEFINED(${textOf(select.value)}))` : filter}`,
    `ORDER BY ${order.join(", ")}`,
  );
}

function payload(select, alias) {
  if (select["*"]) return alias;
  if (select.value) return textOf(select.value);
  const fields = namedProperties(select.properties).map(([name, node]) => `${JSON.stringify(name)}: ${textOf(node)}`);
  return `{${fields.join(", ")}}`;
}

function source({ source: { expression, alias } }) {
  const { name } = expression.expression;
  return `FROM ${alias ? `${name} AS ${alias.name}` : name}`;
}

const lines = (...parts) => parts.filter(Boolean).join("\n");
