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
  const words = wordsOf(text);
  const bare = ` ${words.join(" ").toUpperCase()} `;
  const clause = CLAUSES.find((each) => bare.includes(` ${each} `));
  if (clause) throw unsupported(clause);
  checkWords(words);
  try {
    return parseGroups(text.trim()) ?? parser.parse(text.trim()).body;
  } catch (error) {
    throw error instanceof parser.SyntaxError ? badRequest(`Syntax error in the query: ${error.message}`) : error;
  }
}

const PIECES = /"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*'|--[^\n]*|[()[\]{}]|[^"'()[\]{}-]+|-/gu;

const CLOSING = { "(": ")", "[": "]", "{": "}" };

/** What stands before the parenthesis of a call or a list, or before the bracket of a member. */
const NAME = /(?:[\])]|(?:^|[^\p{L}\w])(?!(?:AND|OR|NOT|WHERE|SELECT|VALUE|BETWEEN)$)[\p{L}_]\w*)$/iu;

/**
 * The tree of a query, with each group in parentheses, each list and each object parsed by itself; undefined where
 * the text is wrong. The grammar looks several times at each of them, and so hundreds of times at one in four others:
 * a query that the planner rewrote, with every operation in parentheses, would take seconds.
 */
function parseGroups(text) {
  const groups = new Map();
  const open = [{ text: "" }];
  try {
    for (const piece of text.match(PIECES) ?? []) {
      if (piece in CLOSING) {
        open.push({ sign: piece, text: "" });
      } else if (piece === CLOSING[open.at(-1).sign]) {
        const { sign, text: inner } = open.pop();
        const outer = open.at(-1);
        const isGroup = !NAME.test(outer.text.trimEnd()) && !/^\s*SELECT\b/i.test(inner);
        const whole = sign + inner + piece;
        outer.text += isGroup ? kept(groups, sign === "(" ? inner : whole) : whole;
      } else {
        open.at(-1).text += piece;
      }
    }
    return open.length === 1 ? withGroups(parser.parse(open[0].text).body, groups) : undefined;
  } catch (error) {
    if (error instanceof parser.SyntaxError) return undefined;
    throw error;
  }
}

/** The name of a parameter that stands for a group, whose tree is kept in `groups`. */
function kept(groups, text) {
  const name = `@__group${groups.size}`;
  groups.set(name, withGroups(parser.parse(`SELECT VALUE ${text} FROM c`).body.select.value, groups));
  return name;
}

function withGroups(node, groups) {
  if (node === null || typeof node !== "object") return node;
  if (node.type === "parameter_name" && groups.has(node.name)) return groups.get(node.name);
  for (const key of Object.keys(node)) node[key] = withGroups(node[key], groups);
  return node;
}

/** The words and signs of a query, without comments; texts are `""`, and a property comes with its dot. */
const wordsOf = (text) =>
  text
    .replace(/"(\\.|[^"\\])*"|'(\\.|[^'\\])*'|--[^\n]*/g, (found) => (found.startsWith("--") ? " " : '""'))
    .match(/[.@]\s*[\p{L}_]\w*|[\p{L}_]\w*|\S/gu) ?? [];

const setOf = (words) => new Set(words.split(" "));

/** Words that the grammar gives no meaning, and the service reserves: found by asking its planner. */
const UNUSED = setOf(
  "CASE CAST CONVERT CROSS DISTINCT ELSE END ESCAPE FOR GROUP HAVING INNER INSERT INTO IS LEFT LIKE LIMIT OFFSET ON " +
    "OUTER OVER RIGHT SET THEN UPDATE WHEN WITH",
);

/** Words that cannot follow a dot, `c["order"]` aside. */
const RESERVED = setOf(
  [...UNUSED].join(" ") +
    " AND ARRAY AS ASC BETWEEN BY DESC EXISTS FALSE FROM IN JOIN NOT NULL OR ORDER SELECT TOP TRUE UDF UNDEFINED " +
    "VALUE WHERE",
);

/** Refuse what the grammar lets pass, by the words alone. */
function checkWords(words) {
  for (const [at, word] of words.entries()) {
    const [, dot, bare] = /^([.@]?)\s*(.*)$/u.exec(word);
    const isCalled = words[at + 1] === "("; // LEFT and RIGHT are functions too
    const refused = { ".": RESERVED, "": isCalled ? new Set() : UNUSED }[dot];
    if (refused?.has(bare.toUpperCase())) throw badRequest(`SC1001: syntax error, incorrect syntax near '${bare}'.`);
    if (/^(true|false|null|undefined)$/i.test(word) && word !== word.toLowerCase()) {
      throw badRequest(`SC2001: identifier '${word}' could not be resolved.`);
    }
  }
  checkBetween(words);
}

/** BETWEEN stands alone or in parentheses: beside it, the service takes no other AND, OR or NOT. */
function checkBetween(words) {
  const groups = [[]];
  const close = () => {
    const logical = groups.pop();
    if (logical.includes("BETWEEN") && logical.join(" ") !== "BETWEEN AND") {
      throw badRequest("SC1001: syntax error beside BETWEEN: it needs parentheses around it.");
    }
  };
  for (const word of words) {
    const upper = word.toUpperCase();
    if ("([{".includes(upper)) {
      groups.push([]);
    } else if (")]}".includes(upper) && groups.length > 1) {
      close();
    } else if ([",", "WHERE", "ORDER"].includes(upper)) {
      close();
      groups.push([]);
    } else if (["AND", "OR", "NOT", "BETWEEN"].includes(upper)) {
      groups.at(-1).push(upper);
    }
  }
  while (groups.length > 0) close();
}

/** Pairs of name and expression; what has no name of its own becomes $1, $2, … */
export function namedProperties({ properties }) {
  let unnamed = 0;
  return properties.map(({ property, alias }) => {
    const named = alias ?? (property.type === "scalar_member_expression" ? property.property : property);
    const name = named.type === "identifier" ? named.name : named.type === "string_constant" && named.value;
    return [typeof name === "string" ? name : `$${(unnamed += 1)}`, property];
  });
}

/** An object cannot have one name twice. */
export function refuseTwice(names) {
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw badRequest(`SC2022: property name '${twice}' specified more than once.`);
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
