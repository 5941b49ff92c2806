/**
 * The documents of one container, by physical and logical partition, in memory.
 *
 * Point operations are map look-ups. A physical partition holds its logical partitions, and each of these its
 * documents, in the order of their creation. Each has a number in that order. A reader that pages through
 * them resumes after the last number that it saw, so a deletion between two pages makes it skip nothing.
 */

import { CosmosError, unsupported } from "./errors.mjs";
import { effectiveKeys, keyText } from "./partition-key.mjs";
import { PhysicalPartitions } from "./physical-partition.mjs";

/** A document whose time to live is over no longer exists for any reader, as in Cosmos. */
function expired({ document, writtenAt }, defaultTtl) {
  if (defaultTtl == null) return false;
  const seconds = document.ttl ?? defaultTtl;
  return seconds !== -1 && Date.now() >= writtenAt + seconds * 1000;
}

/**
 * The documents with the same partition key, and the changes of a transaction so far. The records of a
 * transaction get one log sequence number (`lsn`).
 */
class Partition {
  records = new Map();
  number = undefined;
  #journal = [];

  #epks = undefined;

  constructor(key) {
    this.key = key;
  }

  /** The EPK of each component of the key. It is computed only when needed, because hashing takes time. */
  get epks() {
    this.#epks ??= effectiveKeys(this.key);
    return this.#epks;
  }

  get epk() {
    return this.epks.join("");
  }

  /** The document with `id` that has not expired, or undefined. */
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

  /** End a transaction. `nextLsn` is called if it changed something. */
  commit(nextLsn) {
    if (this.#journal.length === 0) return;
    const lsn = nextLsn();
    for (const [id] of this.#journal) {
      const record = this.records.get(id);
      if (record) record.lsn = lsn;
    }
    this.#journal = [];
  }

  rollback() {
    if (this.#journal.length === 0) return;
    for (const [id, record] of this.#journal.reverse()) {
      if (record) this.records.set(id, record);
      else this.records.delete(id);
    }
    // A document that was deleted and created again is the last in the map, but not the youngest.
    this.records = new Map([...this.records].sort(([, a], [, b]) => a.number - b.number));
    this.#journal = [];
  }
}

/** Whether `a` comes before `b`. A position is a list of numbers, the most significant first. */
export function comparePositions(a, b) {
  const at = a.findIndex((number, index) => number !== b[index]);
  return at < 0 ? 0 : a[at] - b[at];
}

export class Container {
  #partitions = new Map();
  #physical;
  #created = 0;
  #lsn = 0;

  /**
   * `properties`: the container's own resource; replacing it sets the field. `bounds`: the EPKs at which a
   * physical partition ends and the next begins.
   */
  constructor(properties, bounds) {
    this.properties = properties;
    this.#physical = new PhysicalPartitions(bounds);
  }

  get paths() {
    return this.properties.partitionKey.paths;
  }

  /** The physical partitions, as `pkranges` lists them. */
  get ranges() {
    return this.#physical.listed(this.properties._rid);
  }

  /** The log sequence number of the last transaction. Cosmos counts in each physical partition, this in all. */
  get lsn() {
    return this.#lsn;
  }

  /** The next number in the order of creation, for partitions and documents. */
  nextNumber() {
    this.#created += 1;
    return this.#created;
  }

  /** Run `work(partition)` on the partition of `key`. If it throws, its changes are rolled back. */
  transact(key, work) {
    const text = keyText(key);
    const partition = this.#partitions.get(text) ?? new Partition(key);
    try {
      const result = work(partition);
      partition.commit(() => (this.#lsn += 1));
      return result;
    } catch (error) {
      partition.rollback();
      throw error;
    } finally {
      this.#register(text, partition);
    }
  }

  /**
   * The living records in `scope`, each with its position: the numbers of its physical partition, its logical
   * partition and itself. `scope` is {key}, or {id, range}: one physical partition, or all without `id`, with
   * EPKs in [start, end), or any without `range`. Begins after position `after`.
   */
  *scan(scope, after = [0, 0, 0]) {
    for (const [physical, partition] of this.#within(scope)) {
      if (comparePositions([physical, partition.number], after) < 0) continue;
      for (const [id, record] of partition.records) {
        const position = [physical, partition.number, record.number];
        if (comparePositions(position, after) <= 0) continue;
        if (partition.get(id, this.properties.defaultTtl)) yield { document: record.document, position };
      }
    }
  }

  /** The living records in `scope` (as of `scan`) with an LSN after `after`, by LSN. */
  changes(scope, after) {
    const found = [];
    for (const [, partition] of this.#within(scope)) {
      for (const [id, record] of partition.records) {
        if (record.lsn > after && partition.get(id, this.properties.defaultTtl)) found.push(record);
      }
    }
    return found.sort((a, b) => a.lsn - b.lsn);
  }

  *#within({ key, id, range }) {
    if (key) {
      const partition = this.#partitions.get(keyText(key));
      if (partition) yield [this.#physical.of(partition.epk).index, partition];
      return;
    }
    // The EPKs in the range begin with another hash; no hash is computed here.
    if (range && this.properties.partitionKey.version !== 2) throw unsupported("A feed range of a version 1 hash");
    if (id !== undefined && !this.#physical.has(id)) {
      // The SDK then reads `pkranges` again (azure-cosmos, `exceptions._partition_range_is_gone`).
      throw new CosmosError(410, `The partition key range ${id} is gone.`, 1002);
    }
    for (const physical of this.#physical.reached({ id, range })) {
      for (const partition of physical.within(range)) yield [physical.index, partition];
    }
  }

  /** Keep a partition while it has documents, and remove it with the last one. */
  #register(text, partition) {
    const holds = partition.records.size > 0;
    if (holds === this.#partitions.has(text)) return;
    if (holds) {
      partition.number = this.nextNumber();
      this.#partitions.set(text, partition);
    } else {
      this.#partitions.delete(text);
    }
    this.#physical.of(partition.epk).register(text, partition, holds);
  }
}
