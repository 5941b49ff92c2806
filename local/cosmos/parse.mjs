/**
 * Parses Cosmos SQL into a tree.
 *
 * The grammar of @zeit/cosmosdb-query is not used: each pair of parentheses makes it seven times as slow (six
 * pairs took a minute), and a rewritten query has many. What is refused, and the precedence of operators,
 * follow the service's planner (tests/contract_cosmos/planner/forms.py).
 */

import { badRequest, unsupported } from "./errors.mjs";
import { Tokens } from "./tokens.mjs";

/** Words that are names only in quotes: `c["order"]`. */
const RESERVED = new Set(
  (
    "AND ARRAY AS ASC BETWEEN BY CASE CAST CONVERT CROSS DESC DISTINCT ELSE END ESCAPE EXISTS FALSE FOR FROM GROUP " +
    "HAVING IN INNER INSERT INTO IS JOIN LEFT LIKE LIMIT NOT NULL OFFSET ON OR ORDER OUTER OVER RIGHT SELECT SET THEN " +
    "TOP TRUE UDF UNDEFINED UPDATE VALUE WHEN WHERE WITH"
  ).split(" "),
);

/** Operators, the weakest first. Those of one line have the same precedence, from left to right. */
const LEVELS = [
  ["OR"],
  ["AND"],
  ["IN"], // once only: see Parser.#in
  ["=", "!=", "<>", "<", "<=", ">", ">="],
  ["|"],
  ["^"],
  ["&"],
  ["<<", ">>", ">>>"],
  ["+", "-", "||"],
  ["*", "/", "%"],
];

const [IN, COMPARISON] = [2, 3];

const CONSTANTS = new Map([
  ["true", { type: "constant", value: true }],
  ["false", { type: "constant", value: false }],
  ["null", { type: "constant", value: null }],
  ["undefined", { type: "undefined" }],
]);

class Parser extends Tokens {
  /** Nodes that were written in their own parentheses. */
  #closedNodes = new WeakSet();

  /** {select, top, source, alias, where, orderBy}: see the methods that read each. */
  query() {
    this.need("SELECT");
    this.refuseUnknown();
    const top = this.take("TOP") ? this.#top() : null;
    const select = this.#select();
    if (!this.take("FROM")) {
      if (this.peek().type !== "end") throw this.wrong();
      throw select.all ? badRequest("SC1021: SELECT * needs FROM.") : unsupported("A query without FROM");
    }
    const [source, alias] = this.#source();
    const where = this.take("WHERE") ? this.expression() : null;
    const orderBy = this.take("ORDER") ? this.#orderBy() : [];
    if (this.peek().type !== "end") throw this.wrong();
    return { select, top, source, alias: alias ?? source, hasAlias: alias !== undefined, where, orderBy };
  }

  #top() {
    const { type, value } = this.advance();
    if (type === "parameter") return { type, name: value };
    if (type !== "number") throw this.wrong(-1);
    if (!Number.isInteger(value)) throw badRequest("SC2060: the count value of TOP must be an integer.");
    return { type: "constant", value };
  }

  /** {all: true}, {value: node}, or {properties: [[name, node]]}. */
  #select() {
    if (this.take("*")) return { all: true };
    if (this.take("VALUE")) return { value: this.expression() };
    const columns = this.list(() => [this.expression(), this.#alias()]);
    return { properties: distinct(named(columns)) };
  }

  #source() {
    if (this.is("(")) throw unsupported("FROM with anything but the container");
    const source = this.#name();
    if (this.is(".") || this.is("[") || this.is("IN")) throw unsupported("FROM with anything but the container");
    const alias = this.#alias();
    if (this.is("IN")) throw unsupported("FROM with anything but the container");
    return [source, alias];
  }

  /** [{node, order: "ASC", "DESC" or undefined}] */
  #orderBy() {
    this.need("BY");
    if (this.is("RANK") && this.peek(1).type === "word") throw unsupported("ORDER BY RANK");
    return this.list(() => {
      const node = this.expression();
      if (/^VectorDistance$/i.test(node.type === "call" ? node.name : "")) throw unsupported("ORDER BY VectorDistance");
      return { node, order: ["ASC", "DESC"].find((word) => this.take(word)) };
    });
  }

  /** BETWEEN needs parentheses around it beside AND, OR, IN, ?? and ?:. */
  expression() {
    const value = this.#conditional();
    if (!this.take("BETWEEN")) return value;
    const isWeak = ["in", "conditional"].includes(value.type) || ["AND", "OR", "??"].includes(value.operator);
    if (isWeak && !this.#closedNodes.has(value)) throw this.wrong(-1);
    const low = this.#binary(COMPARISON);
    this.need("AND");
    return { type: "between", value, low, high: this.#binary(COMPARISON) };
  }

  #conditional() {
    const test = this.#coalesced();
    if (!this.take("?")) return test;
    const yes = this.#conditional();
    this.need(":");
    return { type: "conditional", test, yes, no: this.#conditional() };
  }

  #coalesced() {
    const left = this.#binary(0);
    return this.take("??") ? { type: "binary", operator: "??", left, right: this.#coalesced() } : left;
  }

  #binary(level) {
    if (level === LEVELS.length) return this.#unary();
    if (level === IN) return this.#in();
    let left = this.#binary(level + 1);
    let operator;
    while ((operator = LEVELS[level].find((each) => this.take(each)))) {
      left = { type: "binary", operator, left, right: this.#binary(level + 1) };
    }
    return left;
  }

  #in() {
    const value = this.#binary(COMPARISON);
    if (this.is("NOT")) throw unsupported(`NOT ${String(this.peek(1).value).toUpperCase()}`);
    if (!this.take("IN")) return value;
    this.need("(");
    const choices = this.list(() => this.expression());
    this.need(")");
    return { type: "in", value, choices };
  }

  #unary() {
    if (this.is("-") && this.peek(1).type === "number" && this.peek(1).at === this.peek().at + 1) {
      this.advance();
      return { type: "constant", value: -this.advance().value };
    }
    const operator = ["NOT", "-", "+", "~"].find((each) => this.take(each));
    return operator ? { type: "unary", operator, argument: this.#unary() } : this.#member();
  }

  #member() {
    let node = this.#primary();
    for (;;) {
      if (this.take(".")) {
        node = { type: "member", object: node, name: this.#name() };
      } else if (this.take("[")) {
        const { type, value } = this.advance();
        if (!["text", "number", "parameter"].includes(type)) throw badRequest("SC2990: a member indexer is a constant.");
        this.need("]");
        const index = type === "parameter" ? { type, name: value } : { type: "constant", value };
        node = { type: "index", object: node, index };
      } else {
        return node;
      }
    }
  }

  #primary() {
    if (this.take("(")) return this.#inParentheses();
    if (this.take("[")) return { type: "array", elements: this.closed("]", () => this.expression()) };
    if (this.take("{")) {
      return { type: "object", properties: distinct(this.closed("}", () => this.#property())) };
    }
    const { type, value } = this.peek();
    if (type === "text" || type === "number") return { type: "constant", value: this.advance().value };
    if (type === "parameter") return { type, name: this.advance().value };
    if (type !== "word") throw this.wrong();
    if (CONSTANTS.has(value)) {
      this.advance();
      return CONSTANTS.get(value);
    }
    if (value.toUpperCase() === "UDF" && this.peek(1).value === ".") throw unsupported(`udf.${this.peek(2).value}`);
    if (this.peek(1).value === "(") return this.#call();
    return { type: "identifier", name: this.#name() };
  }

  #inParentheses() {
    if (this.is("SELECT")) throw unsupported("A subquery");
    const node = this.expression();
    this.need(")");
    this.#closedNodes.add(node);
    return node;
  }

  #call() {
    const name = this.advance().value;
    if (/^(exists|array|all)$/i.test(name)) throw unsupported(`${name.toLowerCase()} subquery`);
    this.need("(");
    return { type: "call", name, arguments: this.closed(")", () => this.expression()) };
  }

  #property() {
    const key = this.peek().type === "text" ? this.advance().value : this.#name();
    this.need(":");
    return [key, this.expression()];
  }

  /** `AS name`, or the name alone; undefined if there is none. */
  #alias() {
    const { type, value } = this.peek();
    return this.take("AS") || (type === "word" && !isReserved(value)) ? this.#name() : undefined;
  }

  #name() {
    const { type, value } = this.peek();
    if (type !== "word" || isReserved(value)) throw this.wrong();
    return this.advance().value;
  }
}

const isReserved = (word) => RESERVED.has(word.toUpperCase());

/** Pairs of name and node. An expression without a name is called $1, $2, … */
function named(columns) {
  let unnamed = 0;
  return columns.map(([node, alias]) => {
    const own = node.type === "member" || node.type === "identifier" ? node.name : node.index?.value;
    return [alias ?? (typeof own === "string" ? own : `$${(unnamed += 1)}`), node];
  });
}

function distinct(pairs) {
  const names = pairs.map(([name]) => name);
  const twice = names.find((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw badRequest(`SC2022: property name '${twice}' specified more than once.`);
  return pairs;
}

/** The tree of a query over the container. Throws 400 if it is invalid, or has a part that is not supported. */
export function parse(text) {
  if (typeof text !== "string") throw badRequest("A query is a text under 'query'.");
  return new Parser(text).query();
}
