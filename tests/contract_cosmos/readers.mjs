// What readers do with the JavaScript SDK: `node readers.mjs ENDPOINT KEY DATABASE CONTAINER`, one line of JSON each.
// test_javascript_sdk.py makes the documents.

import { ChangeFeedStartFrom, CosmosClient } from "@azure/cosmos";

const [endpoint, key, database, name] = process.argv.slice(2);
const container = new CosmosClient({ endpoint, key }).database(database).container(name);

const rows = async (query, options) => (await container.items.query(query, options).fetchAll()).resources;
const ofJob = (query) => ({ query, parameters: [{ name: "@job", value: "j1" }] });

/** The texts of the changes up to now, and the token to continue after them. */
async function changes(changeFeedStartFrom) {
  const iterator = container.items.getChangeFeedIterator({ changeFeedStartFrom, maxItemCount: 4 });
  const found = [];
  for (;;) {
    const { statusCode, result, continuationToken } = await iterator.readNext();
    if (statusCode === 304) return [found, continuationToken];
    found.push(...result.map(({ text }) => text));
  }
}

const READERS = {
  "point read": async () => (await container.item("p2", ["j1", "f1"]).read()).resource.text,
  "point read of what is not there": async () => (await container.item("nobody", ["j1", "f1"]).read()).statusCode,
  "query in one logical partition, ordered": async () =>
    rows("SELECT VALUE c.n FROM c ORDER BY c.n DESC", { partitionKey: ["j1", "f1"], maxItemCount: 2 }),
  "query by the first level of the key": async () =>
    (await rows(ofJob("SELECT c.text FROM c WHERE c.jobId = @job AND c.type = 'head'"))).map(({ text }) => text).sort(),
  "query of everything, in pages": async () => (await rows("SELECT c.id FROM c", { maxItemCount: 7 })).length,
  "query of everything, ordered, in pages": async () => rows("SELECT VALUE c.n FROM c ORDER BY c.n", { maxItemCount: 7 }),
  count: async () => rows(ofJob("SELECT VALUE COUNT(1) FROM c WHERE c.jobId = @job")),
  top: async () => (await rows("SELECT TOP 3 c.id FROM c")).length,
  "change feed from the beginning": async () => (await changes(ChangeFeedStartFrom.Beginning()))[0].sort(),
  "change feed of one logical partition": async () => (await changes(ChangeFeedStartFrom.Beginning(["j1", "f1"])))[0],
  "change feed of the first level of the key": async () => (await changes(ChangeFeedStartFrom.Beginning(["j1"])))[0].sort(),
  "change feed from a time": async () => (await changes(ChangeFeedStartFrom.Time(new Date(Date.now() + 3_600_000))))[0],
  "change feed from now, then one change": async () => {
    const [before, token] = await changes(ChangeFeedStartFrom.Now());
    await container.item("p4", ["j2", "f2"]).patch([{ op: "set", path: "/text", value: "changed" }]);
    return [before, (await changes(ChangeFeedStartFrom.Continuation(token)))[0]];
  },
};

for (const [reader, read] of Object.entries(READERS)) console.log(JSON.stringify([reader, await read()]));
