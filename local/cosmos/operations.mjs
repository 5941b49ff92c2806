/**
 * The operations on a document: create, upsert, replace, patch, read, delete; alone or in a transactional
 * batch. An operation has the form in which the SDK sends it in a batch: {operationType, id, resourceBody,
 * ifMatch, ifNoneMatch}.
 */

import { randomUUID } from "node:crypto";

import { CosmosError, badRequest, codeOf, notFound, unsupported } from "./errors.mjs";
import { keyOf, keyText, valueAt } from "./partition-key.mjs";
import { patched } from "./patch.mjs";

/** Service quotas: an item and a batch request have at most 2 MB, a batch at most 100 operations. */
const MAX_ITEM_BYTES = 2 * 1024 * 1024;
export const MAX_BATCH_BYTES = 2 * 1024 * 1024;
const MAX_BATCH_OPERATIONS = 100;
const MAX_ID_BYTES = 1023;
const MAX_TTL_SECONDS = 2 ** 31 - 1;

const OPERATIONS = { Create: create, Upsert: upsert, Replace: replace, Patch: patch, Read: read, Delete: remove };

/** Perform one operation on the partition of `key`. Returns [status, the document after it]. */
export const performOne = (container, key, operation) =>
  container.transact(key, (partition) => perform({ container, partition, key }, operation));

/** Perform all operations or none. Returns the status, and a result for each in the form of Cosmos. */
export function performBatch(container, key, operations) {
  if (!Array.isArray(operations) || operations.length === 0) {
    throw badRequest("A transactional batch is a list of at least one operation.");
  }
  if (operations.length > MAX_BATCH_OPERATIONS) {
    throw badRequest(`Batch request has more operations than what is supported (${MAX_BATCH_OPERATIONS}).`);
  }
  const results = [];
  try {
    container.transact(key, (partition) => {
      for (const operation of operations) {
        const [statusCode, document] = perform({ container, partition, key }, operation);
        const isMinimal = operation.minimalReturnPreference && operation.operationType !== "Read";
        const resourceBody = isMinimal ? undefined : document;
        results.push({ statusCode, requestCharge: 1, eTag: document?._etag, resourceBody });
      }
    });
  } catch (error) {
    if (!(error instanceof CosmosError)) throw error;
    const failed = results.length;
    return [207, operations.map((_, index) => refusal(index === failed ? error : null))];
  }
  return [200, results];
}

/** The result of the failed operation or, without `error`, of one that was rolled back or never run. */
const refusal = (error) =>
  error
    ? { statusCode: error.status, requestCharge: 0, code: codeOf(error.status), message: error.message }
    : { statusCode: 424, requestCharge: 0 };

function perform(context, operation) {
  const run = OPERATIONS[operation.operationType];
  if (!run) throw unsupported(`Operation type ${operation.operationType}`);
  return run(context, operation);
}

function create(context, { resourceBody }) {
  validate(context, resourceBody);
  if (find(context, resourceBody.id)) throw conflict("Entity with the specified id already exists in the system.");
  return [201, write(context, resourceBody, undefined)];
}

/**
 * If there is no item to match, Cosmos ignores If-Match and creates the item (azure-cosmos-dotnet-v3 #1698).
 */
function upsert(context, { resourceBody, ...conditions }) {
  validate(context, resourceBody);
  const existing = find(context, resourceBody.id);
  if (existing) check(existing, conditions);
  return [existing ? 200 : 201, write(context, resourceBody, existing)];
}

function replace(context, { id, resourceBody, ...conditions }) {
  const existing = need(context, id);
  check(existing, conditions);
  validate(context, resourceBody);
  if (resourceBody.id !== id) throw badRequest(`Replacing the id ${id} with ${resourceBody.id} is not allowed.`);
  return [200, write(context, resourceBody, existing)];
}

function patch(context, { id, resourceBody, ...conditions }) {
  const existing = need(context, id);
  check(existing, conditions);
  // Without a condition the JavaScript SDK sends the operations alone (4.9.3, `Item.patch`).
  const wanted = Array.isArray(resourceBody) ? { operations: resourceBody } : resourceBody;
  const document = patched(existing.document, wanted);
  validate(context, document);
  return [200, write(context, document, existing)];
}

function read(context, { id, ifNoneMatch }) {
  const { document } = need(context, id);
  return ifNoneMatch === document._etag ? [304, undefined] : [200, document];
}

function remove(context, { id, ...conditions }) {
  check(need(context, id), conditions);
  context.partition.delete(id);
  return [204, undefined];
}

const conflict = (message) => new CosmosError(409, message);

const find = ({ container, partition }, id) => partition.get(id, container.properties.defaultTtl);

function need(context, id) {
  const record = find(context, id);
  if (!record) throw notFound();
  return record;
}

function check({ document }, { ifMatch, ifNoneMatch }) {
  const holds = (etag) => etag === "*" || etag === document._etag;
  if ((ifMatch !== undefined && !holds(ifMatch)) || (ifNoneMatch !== undefined && holds(ifNoneMatch))) {
    throw new CosmosError(
      412,
      "Operation cannot be performed because one of the specified precondition is not met.",
    );
  }
}

function validate({ container, key }, document) {
  if (typeof document !== "object" || document === null || Array.isArray(document)) {
    throw badRequest("The request payload is invalid: an item is a JSON object.");
  }
  const { id, ttl } = document;
  if (typeof id !== "string" || id === "" || Buffer.byteLength(id) > MAX_ID_BYTES || /[/\\?#]/.test(id)) {
    throw badRequest(
      `The input name '${String(id).slice(0, 80)}' is invalid. An id is a string of 1 to ` +
        `${MAX_ID_BYTES} bytes without '/', '\\', '?', '#'.`,
    );
  }
  if (ttl != null && ttl !== -1 && !(Number.isInteger(ttl) && ttl > 0 && ttl <= MAX_TTL_SECONDS)) {
    throw badRequest(
      `The input ttl '${ttl}' is invalid. Ensure to provide a nonzero positive integer less than or ` +
        `equal to ${MAX_TTL_SECONDS}, or -1.`,
    );
  }
  if (keyText(keyOf(document, container.paths)) !== keyText(key)) {
    throw new CosmosError(
      400,
      "PartitionKey extracted from document doesn't match the one specified in the header.",
      1001,
    );
  }
}

/** Store `document` under a new ETag, in the place of `existing` if there is one. */
function write(context, document, existing) {
  const { container, partition } = context;
  const bytes = Buffer.byteLength(JSON.stringify(document));
  if (bytes > MAX_ITEM_BYTES) {
    throw new CosmosError(413, `Request size is too large: the item has ${bytes} bytes of ${MAX_ITEM_BYTES}.`);
  }
  keepUnique(context, document);
  const writtenAt = Date.now();
  const number = existing?.number ?? container.nextNumber();
  const stored = { ...document, ...systemProperties(container, number, writtenAt) };
  partition.set(document.id, { number, writtenAt, document: stored });
  return stored;
}

function systemProperties({ properties }, number, writtenAt) {
  const own = Buffer.alloc(8);
  own.writeBigUInt64LE(BigInt(number));
  const rid = Buffer.concat([Buffer.from(properties._rid, "base64"), own]).toString("base64");
  return {
    _rid: rid.replaceAll("/", "-"),
    _self: `${properties._self}/docs/${rid}/`,
    _etag: `"${randomUUID()}"`,
    _attachments: "attachments/",
    _ts: Math.floor(writtenAt / 1000),
  };
}

/** A unique key applies within one logical partition. */
function keepUnique({ container, partition }, document) {
  for (const { paths } of container.properties.uniqueKeyPolicy?.uniqueKeys ?? []) {
    const valuesOf = (item) => keyText(paths.map((path) => valueAt(item, path)));
    const own = valuesOf(document);
    for (const id of partition.records.keys()) {
      const other = find({ container, partition }, id);
      if (other && id !== document.id && valuesOf(other.document) === own) {
        throw conflict(`Unique index constraint violation: ${paths.join(", ")}.`);
      }
    }
  }
}
