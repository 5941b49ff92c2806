/**
 * Queries over a container: which documents, in which order, and one page at a time.
 *
 * A continuation names the last row returned, not a number of rows. So a deletion between two pages makes the
 * client skip no other row.
 */

import parser from "@zeit/cosmosdb-query/lib/parser.js";

import { comparePositions } from "./container.mjs";
import { CosmosError, badRequest } from "./errors.mjs";
import { hasCompositeIndex, isIncludedByName, isIndexed } from "./indexing.mjs";
import { aggregatePage } from "./options.mjs";
import { compile } from "./sql.mjs";

/** Rows on a page if the client gives no number, and the most that it gets. */
const DEFAULT_PAGE = 100;
const GREATEST_PAGE = 1000;

/** Rows on a page at most, if the client asks for `maxItemCount` (0 or less: it leaves that to the server). */
export const pageOf = (maxItemCount) => (maxItemCount > 0 ? Math.min(maxItemCount, GREATEST_PAGE) : DEFAULT_PAGE);

/** A page ends at 4 MB, as in Cosmos. */
export const PAGE_BYTES = 4 * 1024 * 1024;

/** Whether `scope` (as of Container.scan) names no partition. Then the gateway decides where the query goes. */
export const isEverywhere = ({ key, id, range }) => !key && id === undefined && !range;

/** Whether `document` satisfies the condition of a patch, such as `from c where c.x = 1`. */
export const satisfies = (document, condition) =>
  guarded(() => compile(`SELECT * ${condition}`).where(document, new Map()) === true);

/**
 * One page of the result: {rows: JSON texts, continuation: text or null}. `scope` is as for Container.scan;
 * `paging` is {maxItemCount, continuation}.
 */
export function runQuery(container, scope, { query, parameters = [] }, paging) {
  const bound = new Map(parameters.map(({ name, value }) => [name, value]));
  return guarded(() => {
    const plan = compile(query);
    if (plan.aggregate) return aggregated(container, scope, plan, bound, paging);
    return page(container, scope, plan, bound, paging);
  });
}

/** Functions of the query package report a wrong number of arguments when they are called. */
function guarded(work) {
  try {
    return work();
  } catch (error) {
    throw error instanceof parser.SyntaxError ? badRequest(error.message) : error;
  }
}

/**
 * One row for the documents of one page, of one physical partition. A client that gets several rows has to
 * add them up. Only the first page is cut short, since more pages would test nothing more.
 */
function aggregated(container, scope, plan, parameters, { continuation }) {
  const { position: after } = continuation ? decode(continuation) : {};
  const most = after ? Infinity : aggregatePage;
  const documents = [];
  let last = null;
  let isCut = false;
  for (const { document, position } of matches(container, scope, plan, parameters, after)) {
    isCut = last !== null && (documents.length >= most || position[0] !== last[0]);
    if (isCut) break;
    documents.push(document);
    last = position;
  }
  const value = plan.aggregate(documents, parameters);
  return {
    rows: value === undefined ? [] : [JSON.stringify(value)],
    continuation: isCut ? encode({ position: last }) : null,
  };
}

function page(container, scope, plan, parameters, { maxItemCount, continuation }) {
  const resumed = continuation ? decode(continuation) : null;
  let left = resumed?.left ?? top(plan, parameters);
  const entries =
    plan.orderBy.length > 0
      ? ordered(container, scope, plan, parameters, resumed)
      : matches(container, scope, plan, parameters, resumed?.position);
  const most = pageOf(maxItemCount);
  const rows = [];
  let bytes = 0;
  let last = null;
  for (const entry of entries) {
    if (left <= 0) break;
    if (rows.length >= most || bytes >= PAGE_BYTES) {
      return { rows, continuation: encode({ ...last, left: Number.isFinite(left) ? left : undefined }) };
    }
    const row = plan.row(entry.document, parameters);
    last = { position: entry.position, keys: entry.keys };
    left -= 1;
    if (row === undefined) continue;
    rows.push(JSON.stringify(row));
    bytes += rows.at(-1).length;
  }
  return { rows, continuation: null };
}

function top(plan, parameters) {
  const rows = plan.top ? plan.top(null, parameters) : Infinity;
  if (typeof rows !== "number" || rows < 0) throw badRequest("TOP takes a number that is not negative.");
  return rows;
}

function* matches(container, scope, plan, parameters, after) {
  for (const entry of container.scan(scope, after)) {
    if (plan.where(entry.document, parameters) === true) yield entry;
  }
}

function ordered(container, scope, plan, parameters, resumed) {
  const { orderBy } = plan;
  const { indexingPolicy } = container.properties;
  requireIndex(indexingPolicy, orderBy);
  const keep = orderBy.length > 1 || isIncludedByName(indexingPolicy, orderBy[0].path);
  const byKeys = (a, b) => {
    for (const [index, { descending }] of orderBy.entries()) {
      const difference = compare(a.keys[index], b.keys[index]);
      if (difference !== 0) return descending ? -difference : difference;
    }
    return comparePositions(a.position, b.position);
  };
  return [...matches(container, scope, plan, parameters)]
    .map((entry) => ({ ...entry, keys: orderBy.map(({ value }) => value(entry.document, parameters)) }))
    .filter((entry) => keep || entry.keys[0] !== undefined)
    .filter((entry) => !resumed || byKeys(entry, resumed) > 0)
    .sort(byKeys);
}

/** Cosmos sorts only by its indexes. Without the index that it needs it refuses the query. */
function requireIndex(policy, orderBy) {
  if (orderBy.length > 1 && !hasCompositeIndex(policy, orderBy)) {
    throw badRequest(
      "The order by query does not have a corresponding composite index that it can be served from.",
    );
  }
  if (orderBy.length === 1 && !isIndexed(policy, orderBy[0].path)) {
    throw badRequest(
      `Order-by item requires a range index to be defined on the corresponding index path: ${orderBy[0].path}`,
    );
  }
}

const TYPES = ["undefined", "null", "boolean", "number", "string", "array", "object"];

function typeOf(value) {
  if (value === null) return "null";
  return Array.isArray(value) ? "array" : typeof value;
}

/** The order of values: first by type, as in Cosmos. Arrays and objects are not distinguished. */
function compare(a, b) {
  const [typeA, typeB] = [typeOf(a), typeOf(b)];
  if (typeA !== typeB) return TYPES.indexOf(typeA) - TYPES.indexOf(typeB);
  if (a === b || typeA === "array" || typeA === "object") return 0;
  return a < b ? -1 : 1;
}

/** JSON has no undefined. So a sort key is written as a list, which is empty if the document has none. */
const encode = ({ keys, ...rest }) =>
  Buffer.from(
    JSON.stringify({ ...rest, keys: keys?.map((key) => (key === undefined ? [] : [key])) }),
  ).toString("base64");

function decode(token) {
  try {
    const { keys, ...rest } = JSON.parse(Buffer.from(token, "base64").toString());
    return { ...rest, keys: keys?.map(([key]) => key) };
  } catch {
    throw new CosmosError(400, `Invalid continuation token: ${token}`);
  }
}
