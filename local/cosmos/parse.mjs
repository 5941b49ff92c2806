/**
 * Cosmos SQL as a tree: the grammar of @zeit/cosmosdb-query, what it lacks refused by name, and what it lets
 * pass though the service refuses it.
 */

import aggregates from "@zeit/cosmosdb-query/lib/aggregate-functions.js";
import parser from "@zeit/cosmosdb-query/lib/parser.js";

import { badRequest, unsupported } from "./errors.mjs";

/** Clauses of Cosmos SQL that the grammar lacks, so that the refusal can name them. */
const CLAUSES = ["GROUP BY", "DISTINCT", "OFFSET", "LIKE", "NOT IN", "NOT BETWEEN"];

/** The tree of a query over the container: {top, select, where, orderBy, from, alias}. */
export function parse(text) {
  if (typeof text !== "string") throw badRequest("A query is a text under 'query'.");
  const query = tree(text);
  if (!query.from) throw unsupported("A query without FROM");
  const { source, joins } = query.from;
  if (joins.length > 0) throw unsupported("JOIN");
  if (source.iteration || source.expression.type !== "collection_expression") {
    throw unsupported("FROM with anything but the container");
  }
  return { ...query, alias: (source.alias ?? source.expression.expression).name };
}

function tree(text) {
  try {
    return parser.parse(text.trim()).body;
  } catch (error) {
    if (!(error instanceof parser.SyntaxError)) throw error;
    const bare = text.replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'/g, "''");
    const clause = CLAUSES.find((words) => new RegExp(`\\b${words.replace(" ", "\\s+")}\\b`, "i").test(bare));
    throw clause ? unsupported(clause) : badRequest(`Syntax error in the query: ${error.message}`);
  }
}

/** Pairs of name and expression; what has no name of its own becomes $1, $2, … */
export function namedProperties({ properties }) {
  let unnamed = 0;
  const pairs = properties.map(({ property, alias }) => {
    const named = alias ?? (property.type === "scalar_member_expression" ? property.property : property);
    const name = named.type === "identifier" ? named.name : named.type === "string_constant" && named.value;
    return [typeof name === "string" ? name : `$${(unnamed += 1)}`, property];
  });
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw badRequest(`SC2022: property name '${twice}' specified more than once.`);
  return pairs;
}

export const isAggregate = ({ type, name, udf }) =>
  type === "scalar_function_expression" && !udf && Object.hasOwn(aggregates, name.name.toUpperCase());

/** The nodes right below `node`. */
const childrenOf = (node) =>
  Object.values(node)
    .flat()
    .filter((value) => typeof value === "object" && value !== null);

/** Whether an aggregate stands anywhere in `node`. */
export const hasAggregate = (node) => isAggregate(node) || childrenOf(node).some(hasAggregate);
