/**
 * Requests on `…/docs` and `…/docs/{id}`: turns HTTP into an operation or a query, and its result into HTTP.
 */

import { readChanges } from "./change-feed.mjs";
import { CosmosError, badRequest, unsupported } from "./errors.mjs";
import { admit, answerPlan } from "./gateway.mjs";
import { MAX_BATCH_BYTES, performBatch, performOne } from "./operations.mjs";
import { parseKey, parseWholeKey } from "./partition-key.mjs";
import { isEverywhere, runQuery } from "./query.mjs";

const PARTITION_KEY = "x-ms-documentdb-partitionkey";
const RANGE_ID = "x-ms-documentdb-partitionkeyrangeid";

const ITEM_OPERATIONS = { GET: "Read", PUT: "Replace", PATCH: "Patch", DELETE: "Delete" };

const isTrue = (header) => header?.toLowerCase() === "true";

/** Answer `request` ({method, headers, body: Buffer}) on `container`, or on its document `id`. */
export function answerDocuments(request, container, id) {
  const { method, headers } = request;
  if (id !== undefined) return answerItem(request, container, ITEM_OPERATIONS[method], id);
  if (headers["a-im"]) return answerChanges(request, container);
  if (isTrue(headers["x-ms-cosmos-is-query-plan-request"])) return answerPlan(container, parseBody(request));
  if (method === "GET") return answerQuery(request, container, { query: "SELECT * FROM c" }, true);
  if (method !== "POST") throw unsupported(`${method} on documents`);
  if (isTrue(headers["x-ms-documentdb-isquery"]) || headers["content-type"] === "application/query+json") {
    return answerQuery(request, container, parseBody(request), false);
  }
  if (isTrue(headers["x-ms-cosmos-is-batch-request"])) return answerBatch(request, container);
  const operation = isTrue(headers["x-ms-documentdb-is-upsert"]) ? "Upsert" : "Create";
  return answerItem(request, container, operation, undefined);
}

function answerItem(request, container, operationType, id) {
  if (!operationType) throw unsupported(`${request.method} on a document`);
  const { headers } = request;
  const trigger = ["pre", "post"].find((when) => headers[`x-ms-documentdb-${when}-trigger-include`]);
  if (trigger) throw unsupported(`A ${trigger}-trigger`);
  const [status, document] = performOne(container, requiredKey(headers, container), {
    operationType,
    id,
    resourceBody: ["Read", "Delete"].includes(operationType) ? undefined : parseBody(request),
    ifMatch: headers["if-match"],
    ifNoneMatch: headers["if-none-match"],
  });
  const wanted = operationType === "Read" || headers.prefer !== "return=minimal";
  return { status, body: wanted ? document : undefined, headers: document ? { etag: document._etag } : {} };
}

function answerBatch(request, container) {
  if (request.body.length > MAX_BATCH_BYTES) {
    throw new CosmosError(413, `Request size is too large: a batch has at most ${MAX_BATCH_BYTES} bytes.`);
  }
  if (!isTrue(request.headers["x-ms-cosmos-batch-atomic"])) throw unsupported("A batch that is not atomic");
  const key = requiredKey(request.headers, container);
  const [status, results] = performBatch(container, key, parseBody(request));
  return { status, body: results, headers: {} };
}

function answerQuery({ headers }, container, query, isFeed) {
  const scope = scopeOf(headers, container);
  if (isEverywhere(scope) && !isFeed) {
    admit(container, query, isTrue(headers["x-ms-documentdb-query-enablecrosspartition"]));
  }
  const { rows, continuation } = runQuery(container, scope, query, {
    maxItemCount: Number(headers["x-ms-max-item-count"] ?? 0),
    continuation: headers["x-ms-continuation"],
  });
  return answerRows(container, rows, continuation ? { "x-ms-continuation": continuation } : {});
}

/** Nothing new is 304. Its ETag is where to continue (azure-cosmos, `_change_feed/change_feed_fetcher.py`). */
function answerChanges({ method, headers }, container) {
  if (method !== "GET") throw unsupported(`A change feed by ${method}`);
  const { rows, etag } = readChanges(container, scopeOf(headers, container), headers);
  if (rows.length === 0) return { status: 304, headers: { "x-ms-item-count": "0", etag } };
  return answerRows(container, rows, { etag });
}

/** A page of rows. They are JSON already, because the size of a page had to be measured. */
const answerRows = ({ properties: { _rid } }, rows, headers) => ({
  status: 200,
  text: `{"_rid":${JSON.stringify(_rid)},"Documents":[${rows.join(",")}],"_count":${rows.length}}`,
  headers: { "x-ms-item-count": String(rows.length), ...headers },
});

/**
 * A logical partition by its key, a physical one by its id, a range of EPKs (such as a prefix of keys), or
 * all.
 */
function scopeOf(headers, container) {
  if (headers[PARTITION_KEY]) return { key: parseWholeKey(headers[PARTITION_KEY], container.paths) };
  const [start, end] = [headers["x-ms-start-epk"], headers["x-ms-end-epk"]];
  return { id: headers[RANGE_ID], range: start === undefined ? undefined : [start, end] };
}

function requiredKey(headers, container) {
  if (!headers[PARTITION_KEY]) throw badRequest("PartitionKey value must be supplied for this operation.");
  return parseKey(headers[PARTITION_KEY], container.paths);
}

function parseBody({ body }) {
  try {
    return JSON.parse(body.toString());
  } catch (error) {
    throw badRequest(`The request body is not JSON: ${error.message}`);
  }
}
