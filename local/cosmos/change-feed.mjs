/**
 * The change feed in latest-version mode: each document once, in the order of its last write. Deletions, and
 * versions between two reads, are not in it (Microsoft: "Change feed modes in Azure Cosmos DB").
 *
 * A reader continues after the ETag of the last answer, which is a log sequence number (LSN).
 */

import { CosmosError, unsupported } from "./errors.mjs";
import { PAGE_BYTES, isEverywhere, pageOf } from "./query.mjs";

/**
 * One page of the changes in `scope` (as of Container.scan): {rows: JSON texts, etag}.
 *
 * `headers`: of the request. If-None-Match is the ETag after which to continue, or `*` for from now; without it
 * the page begins at the oldest change. If-Modified-Since leaves out what was written before that time.
 */
export function readChanges(container, scope, headers) {
  if (headers["a-im"].toLowerCase() !== "incremental feed") {
    throw unsupported(`A change feed with A-IM: ${headers["a-im"]} (all versions and deletes)`);
  }
  // The SDKs ask each physical partition. What Azure answers to a request that names none is not documented.
  if (isEverywhere(scope)) throw unsupported("A change feed without a partition key or a physical partition");
  const { lsn } = container;
  const after = positionOf(headers["if-none-match"], lsn);
  const since = secondOf(headers["if-modified-since"]);
  const records = container.changes(scope, after).filter(({ document }) => document._ts >= since);
  return page(records, pageOf(Number(headers["x-ms-max-item-count"] ?? 0)), lsn);
}

/**
 * The first records, `most` of them or somewhat more: a page holds a transaction whole or not at all, so a
 * reader can continue after its LSN. (Microsoft: `ChangeFeedRequestOptions.PageSizeHint`.)
 */
function page(records, most, end) {
  const rows = [];
  let bytes = 0;
  let last = end;
  for (const [at, { document, lsn }] of records.entries()) {
    const isNew = at > 0 && lsn !== last;
    if (isNew && (rows.length >= most || bytes >= PAGE_BYTES)) break;
    // Every document in a change feed has its LSN (AzureCosmosDB/cosmosdb-agent-kit#29).
    rows.push(JSON.stringify({ ...document, _lsn: lsn }));
    bytes += rows.at(-1).length;
    last = lsn;
  }
  return { rows, etag: `"${last}"` };
}

function positionOf(token, now) {
  if (token === undefined) return 0;
  if (token === "*") return now;
  const [, lsn] = /^"?(\d+)"?$/.exec(token) ?? [];
  if (lsn === undefined) throw new CosmosError(400, `Invalid continuation token: ${token}`);
  return Number(lsn);
}

function secondOf(date) {
  if (date === undefined) return -Infinity;
  const milliseconds = Date.parse(date);
  if (Number.isNaN(milliseconds)) throw new CosmosError(400, `Invalid If-Modified-Since: ${date}`);
  return milliseconds / 1000;
}
