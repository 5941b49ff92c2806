/**
 * Partition keys: their values in documents and headers, and their effective partition keys (EPK).
 *
 * The EPK determines the physical partition of a document. A query with a prefix of a hierarchical key does
 * not name that prefix: the SDK hashes it and requests the range of EPKs that begin with the hash
 * (azure-cosmos, `partition_key.py`).
 */

import { badRequest, unsupported } from "./errors.mjs";

/** The names in a path such as `/jobId` or `/properties/"a b"`. */
export const namesOf = (path) =>
  path
    .slice(1)
    .split("/")
    .map((name) => name.replace(/^"(.*)"$/, "$1"));

/** The value of `document` at `path`; undefined if there is none. */
export const valueAt = (document, path) => namesOf(path).reduce((value, name) => value?.[name], document);

/** The partition key of `document`: a component for each of `paths`, undefined where the document has none. */
export function keyOf(document, paths) {
  const components = paths.map((path) => valueAt(document, path));
  if (components.some((value) => typeof value === "object" && value !== null)) {
    throw badRequest("Partition key values must be strings, numbers, booleans or null.");
  }
  return components;
}

/**
 * The partition key of a query or a change feed. The JavaScript SDK sends a prefix as a key (4.9.3, queries), the
 * others send it as a range. What Azure answers to a prefix here is not documented.
 */
export function parseWholeKey(header, paths) {
  const components = componentsOf(header);
  if (Array.isArray(components) && components.length > 0 && components.length < paths.length) {
    throw unsupported(`The prefix ${header} of ${paths.join(", ")} as a partition key (leave it out, and name it in WHERE)`);
  }
  return parseKey(header, paths);
}

/** The partition key in the x-ms-documentdb-partitionkey header, where `{}` means a missing value. */
export function parseKey(header, paths) {
  const components = componentsOf(header);
  if (!Array.isArray(components) || components.length !== paths.length) {
    throw badRequest(
      `Partition key ${header} has fewer components than defined in the collection, or more: ` +
        `expected ${paths.length} (${paths.join(", ")}).`,
    );
  }
  return components.map((value) => (typeof value === "object" && value !== null ? undefined : value));
}

function componentsOf(header) {
  try {
    return JSON.parse(header);
  } catch {
    throw badRequest(`Partition key ${header} is invalid.`);
  }
}

/** A text that is the same for equal keys, and differs for others. */
export const keyText = (components) =>
  JSON.stringify(components.map((value) => (value === undefined ? {} : value)));

/** The EPK of each component, in upper case hexadecimal. Concatenated they are the EPK of the whole key. */
export const effectiveKeys = (components) => components.map((value) => effectiveKey(encode(value)));

/** The bytes of a component that Cosmos hashes: a mark for the type, then the value. */
function encode(value) {
  if (value === undefined) return Buffer.from([0x00]);
  if (value === null) return Buffer.from([0x01]);
  if (typeof value === "boolean") return Buffer.from([value ? 0x03 : 0x02]);
  if (typeof value === "string") return Buffer.concat([Buffer.from([0x08]), Buffer.from(value), Buffer.from([0xff])]);
  const bytes = Buffer.alloc(9, 0x05);
  bytes.writeDoubleLE(value, 1);
  return bytes;
}

/** MurmurHash3 (x64, 128 bits, seed 0) with its two highest bits cleared, since EPKs end below "FF". */
function effectiveKey(bytes) {
  const [low, high] = murmurHash3(bytes);
  const hash = Buffer.alloc(16);
  hash.writeBigUInt64BE(high, 0);
  hash.writeBigUInt64BE(low, 8);
  hash[0] &= 0x3f;
  return hash.toString("hex").toUpperCase();
}

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;

const uint64 = (value) => BigInt.asUintN(64, value);
const rotate = (value, bits) => uint64((value << bits) | (value >> (64n - bits)));
const mix1 = (k1) => uint64(rotate(uint64(k1 * C1), 31n) * C2);
const mix2 = (k2) => uint64(rotate(uint64(k2 * C2), 33n) * C1);

function finish(hash) {
  const first = uint64((hash ^ (hash >> 33n)) * 0xff51afd7ed558ccdn);
  const second = uint64((first ^ (first >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return second ^ (second >> 33n);
}

function murmurHash3(bytes) {
  let [h1, h2] = [0n, 0n];
  const whole = bytes.length - (bytes.length % 16);
  for (let at = 0; at < whole; at += 16) {
    h1 = rotate(h1 ^ mix1(bytes.readBigUInt64LE(at)), 27n);
    h1 = uint64((h1 + h2) * 5n + 0x52dce729n);
    h2 = rotate(h2 ^ mix2(bytes.readBigUInt64LE(at + 8)), 31n);
    h2 = uint64((h2 + h1) * 5n + 0x38495ab5n);
  }
  const tail = Buffer.alloc(16);
  bytes.copy(tail, 0, whole);
  const length = BigInt(bytes.length);
  h1 ^= mix1(tail.readBigUInt64LE(0)) ^ length;
  h2 ^= mix2(tail.readBigUInt64LE(8)) ^ length;
  h1 = uint64(h1 + h2);
  h2 = uint64(h2 + h1);
  h1 = finish(h1);
  h2 = finish(h2);
  h1 = uint64(h1 + h2);
  h2 = uint64(h2 + h1);
  return [h1, h2];
}
