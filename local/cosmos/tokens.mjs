/** Tokens of Cosmos SQL: a query text as tokens {type, value, at}, and a reader of them. */

import { badRequest, unsupported } from "./errors.mjs";

const TOKEN = new RegExp(
  [
    /(?<space>\s+|--[^\n]*)/,
    /(?<number>0[xX][0-9a-fA-F]+|(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)/,
    /(?<text>"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*')/,
    /(?<parameter>@\w+)/,
    /(?<word>[\p{L}_][\p{L}\p{N}_]*)/,
    /(?<sign>>>>|<<|>>|<=|>=|<>|!=|\|\||\?\?|[-+*/%&|^~=<>?:.,()[\]{}])/,
  ]
    .map(({ source }) => source)
    .join("|"),
  "yu",
);

const ESCAPES = { b: "\b", f: "\f", n: "\n", r: "\r", t: "\t" };

const unescaped = (text) =>
  text
    .slice(1, -1)
    .replace(/\\(?:u([0-9a-fA-F]{4})|([^]))/g, (_, code, character) =>
      code ? String.fromCharCode(Number.parseInt(code, 16)) : (ESCAPES[character] ?? character),
    );

const VALUES = { number: Number, text: unescaped };

/** The tokens of `text`, and one of type "end" after them. Throws 400 for an invalid token. */
function tokensOf(text) {
  const tokens = [];
  let at = 0;
  while (at < text.length) {
    TOKEN.lastIndex = at;
    const match = TOKEN.exec(text);
    if (!match) throw badRequest(`SC1010: syntax error, invalid token '${text[at]}' at ${at}.`);
    const [type, found] = Object.entries(match.groups).find(([, value]) => value !== undefined);
    if (type !== "space") tokens.push({ type, value: VALUES[type]?.(found) ?? found, at });
    at = TOKEN.lastIndex;
  }
  return [...tokens, { type: "end", value: "end of the query", at }];
}

/** Clauses of Cosmos SQL that are not supported, by the place where they may stand. */
const UNKNOWN = ["DISTINCT", "GROUP", "OFFSET", "LIKE", "JOIN"];

/** Reads the tokens of a text one after the other. */
export class Tokens {
  #tokens;
  #next = 0;

  constructor(text) {
    this.#tokens = tokensOf(text);
  }

  list(one) {
    const found = [one()];
    while (this.take(",")) found.push(one());
    return found;
  }

  /** A list, which may be empty, up to `end`. */
  closed(end, one) {
    if (this.take(end)) return [];
    const found = this.list(one);
    this.need(end);
    return found;
  }

  peek(ahead = 0) {
    return this.#tokens[Math.min(this.#next + ahead, this.#tokens.length - 1)];
  }

  advance() {
    const token = this.peek();
    this.#next += 1;
    return token;
  }

  is(word) {
    const { type, value } = this.peek();
    return (type === "word" || type === "sign") && value.toUpperCase() === word;
  }

  take(word) {
    const found = this.is(word);
    if (found) this.#next += 1;
    return found;
  }

  need(word) {
    if (!this.take(word)) throw this.wrong();
  }

  refuseUnknown() {
    const found = UNKNOWN.find((word) => this.is(word));
    if (found) throw unsupported(found === "GROUP" ? "GROUP BY" : found);
  }

  /** The refusal of the next token, or of the one `ahead` of it. */
  wrong(ahead = 0) {
    this.refuseUnknown();
    const { value, at } = this.peek(ahead);
    return badRequest(`SC1001: syntax error, incorrect syntax near '${value}' at ${at}.`);
  }
}
