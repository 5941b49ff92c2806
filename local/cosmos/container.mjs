/**
 * The documents of one container, by logical partition, in memory.
 *
 * Point operations are map look-ups. Partitions and, within each, documents lie in the order of their
 * creation, and carry its number: a reader who pages through them resumes after the last number seen, so
 * deletions between two pages skip nothing. Partitions of a hierarchical key are also indexed by the
 * prefixes of their EPK.
 */

import { unsupported } from "./errors.mjs";
import { effectiveKeys, keyText } from "./partition-key.mjs";

/** A document that outlived its time to live is gone for every reader, as in Cosmos. */
function expired({ document, writtenAt }, defaultTtl) {
  if (defaultTtl == null) return false;
  const seconds = document.ttl ?? defaultTtl;
  return seconds !== -1 && Date.now() >= writtenAt + seconds * 1000;
}

/** The documents that share one partition key, and what a transaction has changed so far. */
class Partition {
  records = new Map();
  number = undefined;
  #journal = [];

  constructor(key) {
    this.key = key;
  }

  /** The live record of `id`, or undefined. */
  get(id, defaultTtl) {
    const record = this.records.get(id);
    if (record && expired(record, defaultTtl)) {
      this.records.delete(id);
      return undefined;
    }
    return record;
  }

  set(id, record) {
    this.#journal.push([id, this.records.get(id)]);
    this.records.set(id, record);
  }

  delete(id) {
    this.#journal.push([id, this.records.get(id)]);
    this.records.delete(id);
  }

  commit() {
    this.#journal = [];
  }

  rollback() {
    if (this.#journal.length === 0) return;
    for (const [id, record] of this.#journal.reverse()) {
      if (record) this.records.set(id, record);
      else this.records.delete(id);
    }
    // A document that was deleted and came back stands last in the map, but is not the youngest.
    this.records = new Map([...this.records].sort(([, a], [, b]) => a.number - b.number));
    this.#journal = [];
  }
}

export class Container {
  #partitions = new Map();
  #byPrefix = new Map();
  #created = 0;

  /** `properties`: the container's own resource; whoever replaces it sets the field anew. */
  constructor(properties) {
    this.properties = properties;
  }

  get paths() {
    return this.properties.partitionKey.paths;
  }

  /** The next number in the order of creation, of partitions and documents alike. */
  nextNumber() {
    this.#created += 1;
    return this.#created;
  }

  /** Run `work(partition)` on the partition of `key`: if it throws, nothing of it has happened. */
  transact(key, work) {
    const text = keyText(key);
    const partition = this.#partitions.get(text) ?? new Partition(key);
    try {
      const result = work(partition);
      partition.commit();
      return result;
    } catch (error) {
      partition.rollback();
      throw error;
    } finally {
      this.#register(text, partition);
    }
  }

  /**
   * The live records in `scope`, each with its position: [partition's number, record's number].
   * `scope`: {key}, {range: [start, end)} of EPKs, or {} for all. Begins after position `after`.
   */
  *scan(scope, after = [0, 0]) {
    for (const partition of this.#within(scope)) {
      if (partition.number < after[0]) continue;
      for (const [id, record] of partition.records) {
        if (partition.number === after[0] && record.number <= after[1]) continue;
        if (partition.get(id, this.properties.defaultTtl)) {
          yield { document: record.document, position: [partition.number, record.number] };
        }
      }
    }
  }

  #within({ key, range }) {
    if (key) {
      const partition = this.#partitions.get(keyText(key));
      return partition ? [partition] : [];
    }
    if (!range) return this.#partitions.values();
    if (this.properties.partitionKey.version !== 2) throw unsupported("A feed range of a version 1 hash");
    const [start, end] = range;
    // The SDK's range for a prefix; the index has an entry for each prefix that partitions share.
    if (end === `${start}FF`) return this.#byPrefix.get(start) ?? [];
    return [...this.#partitions.values()].filter(({ key: own }) => {
      const epk = effectiveKeys(own).join("");
      return start <= epk && epk < end;
    });
  }

  /** Keep a partition while it holds documents, and forget it when the last is gone. */
  #register(text, partition) {
    const holds = partition.records.size > 0;
    if (holds === this.#partitions.has(text)) return;
    if (holds) {
      partition.number = this.nextNumber();
      this.#partitions.set(text, partition);
    } else {
      this.#partitions.delete(text);
    }
    const epks = effectiveKeys(partition.key);
    for (let length = 1; length < epks.length; length += 1) {
      const prefix = epks.slice(0, length).join("");
      const siblings = this.#byPrefix.get(prefix) ?? new Set();
      if (holds) siblings.add(partition);
      else siblings.delete(partition);
      if (siblings.size > 0) this.#byPrefix.set(prefix, siblings);
      else this.#byPrefix.delete(prefix);
    }
  }
}
