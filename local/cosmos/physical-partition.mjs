/**
 * Physical partitions. Each holds the logical partitions whose EPK lies in its range.
 *
 * The service describes them in `pkranges`, and a client routes by that list. So a document must lie where
 * the client computes it to be (azure-cosmos, `_routing/collection_routing_map.py`).
 */

/** Two bits of a hash are cleared (partition-key.mjs), so EPKs begin with 00 to 3F. */
const HASHES = 1n << 126n;

/** The lower bounds of all but the first of `count` physical partitions with equal shares of the hashes. */
export const equalBounds = (count) =>
  Array.from({ length: count - 1 }, (_, index) =>
    ((HASHES * BigInt(index + 1)) / BigInt(count)).toString(16).toUpperCase().padStart(32, "0"),
  );

class PhysicalPartition {
  #byPrefix = new Map();
  partitions = new Map();

  constructor(index, min, max) {
    Object.assign(this, { index, id: String(index), min, max });
  }

  /** Keep a logical partition while it has documents. */
  register(text, partition, holds) {
    const { epks } = partition;
    if (holds) this.partitions.set(text, partition);
    else this.partitions.delete(text);
    for (let length = 1; length < epks.length; length += 1) {
      const prefix = epks.slice(0, length).join("");
      const siblings = this.#byPrefix.get(prefix) ?? new Set();
      if (holds) siblings.add(partition);
      else siblings.delete(partition);
      if (siblings.size > 0) this.#byPrefix.set(prefix, siblings);
      else this.#byPrefix.delete(prefix);
    }
  }

  /** The logical partitions in `range` ([start, end) of EPKs), or all, in the order of their creation. */
  within(range) {
    const [start, end] = range ?? [this.min, this.max];
    if (start <= this.min && this.max <= end) return this.partitions.values();
    // The range that the SDK makes of a prefix. The index has an entry for each prefix that partitions share.
    if (end === `${start}FF`) return this.#byPrefix.get(start) ?? [];
    return [...this.partitions.values()].filter(({ epk }) => start <= epk && epk < end);
  }
}

/** The physical partitions of one container, in the order of their ranges. */
export class PhysicalPartitions {
  #all;

  /** `bounds`: the lower bounds of all but the first, ascending. */
  constructor(bounds) {
    const edges = ["", ...bounds, "FF"];
    this.#all = edges.slice(0, -1).map((min, index) => new PhysicalPartition(index, min, edges[index + 1]));
  }

  /** The physical partition of `epk`. */
  of(epk) {
    return this.#all.findLast(({ min }) => min <= epk);
  }

  /** The physical partitions of a request: the one with `id`, if given, and only those that overlap `range`. */
  reached({ id, range }) {
    const [start, end] = range ?? ["", "FF"];
    return this.#all.filter((each) => (id === undefined || each.id === id) && start < each.max && each.min < end);
  }

  has(id) {
    return this.#all.some((each) => each.id === id);
  }

  /** The list as `pkranges` has it. */
  listed(_rid) {
    return this.#all.map(({ id, min, max }) => ({
      _rid,
      id,
      minInclusive: min,
      maxExclusive: max,
      throughputFraction: 1 / this.#all.length,
      status: "online",
      parents: [],
    }));
  }
}
