/**
 * The query plan: how a client has to run a query that no single partition can answer, and how to merge the
 * results.
 *
 * Its form is that of the service's planner, part of Microsoft's .NET SDK (Microsoft.Azure.Cosmos 3.64.0).
 * tests/contract_cosmos/planner compares the two. A form of query that is unknown here is refused.
 */

import { badRequest, unsupported } from "./errors.mjs";
import { matchedKeys, rangesOf } from "./key-ranges.mjs";
import { parse } from "./parse.mjs";
import { objectText, textOf } from "./text.mjs";
import { hasAggregate, isAggregate, projected } from "./tree.mjs";

/** The SDK replaces it: with a filter when it resumes an ORDER BY, otherwise with `true`. */
const FILTER = "({documentdb-formattableorderbyquery-filter})";

const AGGREGATES = { COUNT: "Count", MIN: "Min", MAX: "Max", SUM: "Sum", AVG: "Average" };

/** What one partition returns for each aggregate, so that the client can combine the results. */
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
  // At most one logical partition lies on one physical partition, which answers alone: nothing is merged.
  const isSingle = keys.length === 0 || (keys.length === 1 && keys[0].length === paths.length);
  return {
    partitionedQueryExecutionInfoVersion: 2,
    queryInfo: { ...NOTHING, hasSelectValue: Boolean(query.select.value), ...(isSingle ? {} : merging(query, parameters)) },
    queryRanges: rangesOf(keys, paths),
  };
}

/** Whether a client has to merge results, by the plan. */
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
  const info = top ? { top: topOf(top, parameters) } : {};
  if (projected(select).some(hasAggregate)) return { ...info, ...aggregating(query) };
  if (orderBy.length === 0) return info;
  const sorts = orderBy.map(({ node }) => textOf(node));
  return {
    ...info,
    orderBy: orderBy.map(({ order }) => (order === "DESC" ? "Descending" : "Ascending")),
    orderByExpressions: sorts,
    rewrittenQuery: ordering(query, sorts),
  };
}

function topOf({ type, name, value: constant }, parameters) {
  const value = type === "parameter" ? parameters.get(name) : constant;
  if (!Number.isInteger(value) || value < 0) throw badRequest("SC2060: the count value of TOP must be an integer.");
  return value;
}

function aggregating({ select: { value }, where, orderBy, ...query }) {
  if (!value) throw badRequest("Cross partition query only supports 'VALUE <AggregateFunc>' for aggregates");
  if (!isAggregate(value)) throw badRequest("Compositions of aggregates and other expressions are not allowed.");
  if (orderBy.length > 0) throw unsupported("An aggregate with ORDER BY");
  const called = value.name.toUpperCase();
  const partial = PARTIAL[called](value.name, textOf(value.arguments[0]));
  return {
    aggregates: [AGGREGATES[called]],
    rewrittenQuery: lines(`SELECT VALUE [${partial}]`, from(query), where && `WHERE ${textOf(where)}`),
  };
}

function ordering({ select, top, where, orderBy, ...query }, sorts) {
  const { alias } = query;
  const keys = sorts.map((sort) => `{"item": ${sort}}`).join(", ");
  const filter = where ? `(${textOf(where)} AND ${FILTER})` : FILTER;
  const order = orderBy.map((each, at) => (each.order ? `${sorts[at]} ${each.order}` : sorts[at]));
  return lines(
    `SELECT ${top ? `TOP ${textOf(top)} ` : ""}${alias}._rid, [${keys}] AS orderByItems, ` +
      `${payload(select, alias)} AS payload`,
    from(query),
    `WHERE ${select.value ? `(${filter} AND IS_DEFINED(${textOf(select.value)}))` : filter}`,
    `ORDER BY ${order.join(", ")}`,
  );
}

function payload({ all, value, properties }, alias) {
  if (all) return alias;
  return value ? textOf(value) : objectText(properties);
}

const from = ({ source, alias, hasAlias }) => `FROM ${hasAlias ? `${source} AS ${alias}` : source}`;

const lines = (...parts) => parts.filter(Boolean).join("\n");
