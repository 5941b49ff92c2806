/**
 * Partial document update: add, set, replace, remove, incr, move; at most ten in one patch, and a condition
 * in SQL. Source: "Partial document update in Azure Cosmos DB".
 */

import { CosmosError, badRequest, unsupported } from "./errors.mjs";
import { namesOf } from "./partition-key.mjs";
import { satisfies } from "./query.mjs";

const MAX_OPERATIONS = 10;

const SYSTEM_PROPERTIES = new Set(["_rid", "_self", "_etag", "_attachments", "_ts"]);

const absent = (path) => badRequest(`Patch: the path ${path} does not exist.`);

const OPERATIONS = {
  add: (document, { path, value }) => {
    const [parent, name] = locate(document, path);
    if (Array.isArray(parent)) parent.splice(indexIn(parent, name, path, parent.length), 0, value);
    else parent[name] = value;
  },
  set: (document, { path, value }) => {
    const [parent, name] = locate(document, path);
    parent[Array.isArray(parent) ? indexIn(parent, name, path, parent.length) : name] = value;
  },
  replace: (document, { path, value }) => {
    const [parent, name] = existing(document, path);
    parent[name] = value;
  },
  remove: (document, { path }) => {
    const [parent, name] = existing(document, path);
    if (Array.isArray(parent)) parent.splice(name, 1);
    else delete parent[name];
  },
  incr: (document, { path, value }) => {
    const [parent, name] = locate(document, path);
    const key = Array.isArray(parent) ? indexIn(parent, name, path, parent.length - 1) : name;
    if (typeof value !== "number" || !["number", "undefined"].includes(typeof parent[key])) {
      throw badRequest(`Patch: incr of ${path} needs numbers.`);
    }
    parent[key] = (parent[key] ?? 0) + value;
  },
  move: (document, { from, path }) => {
    if (`${path}/`.startsWith(`${from}/`)) throw badRequest(`Patch: ${from} cannot move into itself.`);
    const [parent, name] = existing(document, from);
    const value = parent[name];
    OPERATIONS.remove(document, { path: from });
    OPERATIONS.add(document, { path, value });
  },
};

/** A copy of `document` with `operations` applied. Throws 412 if it does not satisfy `condition`. */
export function patched(document, { operations, condition }) {
  if (!Array.isArray(operations) || operations.length === 0 || operations.length > MAX_OPERATIONS) {
    throw badRequest(`A patch has 1 to ${MAX_OPERATIONS} operations.`);
  }
  if (condition !== undefined && !satisfies(document, condition)) {
    throw new CosmosError(412, `The item does not satisfy the condition: ${condition}`);
  }
  const copy = structuredClone(document);
  for (const operation of operations) {
    const apply = Object.hasOwn(OPERATIONS, operation.op) ? OPERATIONS[operation.op] : null;
    if (!apply) throw unsupported(`Patch operation ${operation.op}`);
    allow(operation.path);
    if (operation.op === "move") allow(operation.from);
    apply(copy, operation);
  }
  return copy;
}

/** Refuse paths that a patch must not change: system properties and the id. Every write checks the key. */
function allow(path) {
  if (typeof path !== "string" || !path.startsWith("/") || path === "/") {
    throw badRequest(`Patch: ${path} is not a path.`);
  }
  if (SYSTEM_PROPERTIES.has(namesOf(path)[0]) || path === "/id") {
    throw badRequest(`Patch: ${path} cannot be changed.`);
  }
}

/** The object or array that contains what `path` names, and its name in there. It need not exist. */
function locate(document, path) {
  const names = path
    .slice(1)
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
  const last = names.pop();
  let parent = document;
  for (const name of names) {
    parent = Object.hasOwn(parent, name) ? parent[name] : undefined;
    if (typeof parent !== "object" || parent === null) throw absent(path);
  }
  return [parent, last];
}

function existing(document, path) {
  const [parent, name] = locate(document, path);
  if (Array.isArray(parent)) return [parent, indexIn(parent, name, path, parent.length - 1)];
  if (!Object.hasOwn(parent, name)) throw absent(path);
  return [parent, name];
}

/** The index in an array that `name` means: a number up to `greatest`, or "-" for the end. */
function indexIn(array, name, path, greatest) {
  const index = name === "-" ? array.length : Number(name);
  if (!/^(\d+|-)$/.test(name) || index > greatest) throw absent(path);
  return index;
}
