/**
 * A Cosmos DB account for NoSQL on one machine, in memory, over plain HTTP: `node server.mjs --port 8081`.
 *
 * It has two parts. @vercel/cosmosdb-server serves databases and containers; its handlers for them are right.
 * The modules beside this one serve documents. That package identifies a document by the first path of the
 * partition key only, so documents of a hierarchical key overwrite each other. Its batches, time to live,
 * size limits, partition-scoped queries and most refusals are missing or wrong. Correcting that from outside
 * takes more code than storing the documents here. What is not supported is refused by name, never answered
 * wrongly.
 *
 * The path of a query: documents.mjs reads the request; gateway.mjs refuses it, or answers with its plan
 * (plan.mjs); query.mjs runs it on the physical partitions that it reaches (container.mjs). That of the change
 * feed: documents.mjs, change-feed.mjs, container.mjs.
 */

import { randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Readable } from "node:stream";

import accountModule from "@vercel/cosmosdb-server/lib/account/index.js";
import resourceIdModule from "@vercel/cosmosdb-server/lib/account/resource-id.js";
import routesModule from "@vercel/cosmosdb-server/lib/routes.js";

import { authorize } from "./auth.mjs";
import { Container } from "./container.mjs";
import { answerDocuments } from "./documents.mjs";
import { CosmosError, badRequest, codeOf, unsupported } from "./errors.mjs";
import { bounds, port } from "./options.mjs";

/** The key that Microsoft publishes for its emulator. No real account has it. */
const KEY = "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==";

const HOST = "127.0.0.1";

// A resource id stands in paths, so Cosmos writes "-" for "/" (azure-cosmos-dotnet-v3, `ResourceId`). The package does
// not: its 63rd database could not be addressed by its id.
resourceIdModule.default.toBase64String = (bytes) => bytes.toString("base64").replaceAll("/", "-");

const account = new accountModule.default(HOST, 0);
const documents = new WeakMap(); // the package's container → its documents

/**
 * Whether a path names resources by their resource ids, as the .NET SDK does in its requests for `pkranges`. A
 * path of ids looks the same, so the account decides: the package finds a resource by either.
 */
const isByRid = ([, database]) => database !== undefined && account.database(database).read()?._rid === database;

/** The documents of a container, by id or by resource id; 404 if there is none. */
function containerAt(database, id) {
  const resource = account.database(database).collection(id);
  const properties = resource.read();
  if (!properties) throw new CosmosError(404, "Owner resource does not exist.");
  if (!documents.has(resource)) documents.set(resource, new Container(properties, bounds));
  return documents.get(resource);
}

/**
 * The account, with the address by which the client came, because the client continues with the address named
 * here.
 */
function answerAccount({ headers }) {
  const locations = [{ name: "Local", databaseAccountEndpoint: `http://${headers.host}/` }];
  return {
    status: 200,
    body: { ...account.read(), writableLocations: locations, readableLocations: locations },
  };
}

/** The physical partitions. The SDK requests changes to the list until there are none. */
function answerRanges({ headers }, container) {
  const etag = '"1"';
  if (headers["if-none-match"] === etag) return { status: 304, headers: { etag } };
  const { ranges } = container;
  const body = { _rid: container.properties._rid, PartitionKeyRanges: ranges, _count: ranges.length };
  return { status: 200, body, headers: { etag } };
}

/** What a container can have in Cosmos DB and cannot have here: queries or its change feed would be answered wrongly. */
const FOREIGN = ["vectorEmbeddingPolicy", "fullTextPolicy", "computedProperties", "changeFeedPolicy"];
const FOREIGN_INDEXES = ["vectorIndexes", "fullTextIndexes"];

function refuseForeign(bytes) {
  let resource;
  try {
    resource = JSON.parse(bytes);
  } catch {
    return; // the package refuses it
  }
  const has = (owner) => (name) => Object.keys(owner?.[name] ?? {}).length > 0;
  const found = FOREIGN.find(has(resource)) ?? FOREIGN_INDEXES.find(has(resource?.indexingPolicy));
  if (found) throw unsupported(`A container with ${found}`);
}

/** Databases and containers: the package's handler, which reads the request and writes the headers itself. */
async function answerResources(original, response, [, database, kind, container]) {
  const { method, url, headers } = original;
  const sent = await bodyOf(original);
  if (kind) refuseForeign(sent);
  const request = Object.assign(Readable.from([sent]), { method, url, headers });
  const [parameters, handler] = routesModule.default(request) ?? [];
  if (!handler) throw unsupported(`${request.method} ${request.url}`);
  const replaced = container && request.method === "PUT" ? containerAt(database, container) : null;
  const body = await handler(account, request, response, parameters);
  if (replaced && response.statusCode < 400) {
    replaced.properties = body;
    documents.set(account.database(database).collection(container), replaced);
  }
  return { status: response.statusCode, body, headers: body?._etag ? { etag: body._etag } : {} };
}

/** What a path can name in a container. */
const FEEDS = [undefined, "docs", "pkranges"];

async function answer(request, response) {
  const segments = segmentsOf(request);
  const [root, database, kind, container, feed, id] = segments;
  const isAccount = segments.length === 0 && request.method === "GET";
  const isKnown = root === "dbs" && (kind ?? "colls") === "colls" && segments.length <= 6 && FEEDS.includes(feed);
  // Before the signature: some of these are signed by other rules, and 401 would be no help.
  if (!isAccount && !isKnown) throw unsupported(`${request.method} ${request.url}`);
  authorize(request, segments, isByRid(segments), KEY);
  if (isAccount) return answerAccount(request);
  if (feed === undefined) return answerResources(request, response, segments);
  if (feed === "pkranges" && id === undefined) {
    return answerRanges(request, containerAt(database, container));
  }
  if (feed !== "docs") throw unsupported(`${request.method} ${request.url}`);
  const { method, headers } = request;
  const body = await bodyOf(request);
  return answerDocuments({ method, headers, body }, containerAt(database, container), id);
}

function segmentsOf({ url }) {
  try {
    return url.split("?")[0].split("/").filter(Boolean).map(decodeURIComponent);
  } catch {
    throw badRequest(`The path ${url} is not URL encoded.`);
  }
}

async function bodyOf(request) {
  const chunks = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function refusal(error) {
  if (!(error instanceof CosmosError)) console.error(error);
  const { status = 500, message, substatus, additionalErrorInfo } =
    error instanceof CosmosError ? error : { message: String(error) };
  return {
    status,
    body: { message, additionalErrorInfo },
    headers: substatus === undefined ? {} : { "x-ms-substatus": String(substatus) },
  };
}

function send(request, response, { status, body, text, headers = {} }) {
  const isEmpty = status === 204 || status === 304 || (body === undefined && text === undefined);
  // Some refusals of the package's handlers have neither code nor message; the SDK's errors show both.
  const whole = status >= 400 ? { code: codeOf(status), message: codeOf(status), ...body } : body;
  const payload = isEmpty ? undefined : Buffer.from(text ?? JSON.stringify(whole));
  request.resume(); // what a refused request still sends must be read before the connection serves the next
  response.writeHead(status, {
    "content-type": "application/json",
    "x-ms-activity-id": request.headers["x-ms-activity-id"] ?? randomUUID(),
    "x-ms-request-charge": "1",
    ...(payload && { "content-length": payload.length }),
    ...headers,
  });
  response.end(payload);
}

const server = createServer((request, response) => {
  answer(request, response)
    .catch(refusal)
    .then((answered) => send(request, response, answered));
});
server.keepAliveTimeout = 0; // the SDK does not repeat a write that meets a connection just closed
server.listen(port, HOST, () => console.log(`Cosmos DB at http://${HOST}:${port}/`));
