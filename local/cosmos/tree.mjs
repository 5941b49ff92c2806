/** Questions about trees of Cosmos SQL. */

const AGGREGATES = new Set(["COUNT", "MIN", "MAX", "SUM", "AVG"]);

export const isAggregate = ({ type, name }) => type === "call" && AGGREGATES.has(name.toUpperCase());

const childrenOf = (node) =>
  Object.values(node)
    .flat(2)
    .filter((value) => typeof value === "object" && value !== null);

/** Whether `node` contains an aggregate. */
export const hasAggregate = (node) => isAggregate(node) || childrenOf(node).some(hasAggregate);

/** The nodes that a SELECT names. */
export const projected = ({ value, properties = [] }) => (value ? [value] : properties.map(([, node]) => node));
