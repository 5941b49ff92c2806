// Prints each recording that became complete and each job that ended since the last time: `node follow.mjs FILE`.
// FILE remembers how far it came. Run the program again and again.

import { ChangeFeedStartFrom, StatusCodes } from "@azure/cosmos";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

import { conversation, openDatabase } from "./read.mjs";

/** The pages of what changed since a token: each {documents, token to continue after it}. */
async function* changes(container, token) {
  const changeFeedStartFrom = token ? ChangeFeedStartFrom.Continuation(token) : ChangeFeedStartFrom.Beginning();
  const iterator = container.items.getChangeFeedIterator({ changeFeedStartFrom });
  for (;;) {
    const { statusCode, result, continuationToken } = await iterator.readNext();
    if (statusCode === StatusCodes.NotModified) return; // nothing more for now
    yield { documents: result, token: continuationToken };
  }
}

/** Print what a change says. The same change can come twice. */
async function handle(transcripts, { type, id, jobId, fileId, status, endedAt }) {
  if (type === "transcript") {
    const turns = await conversation(transcripts, jobId, fileId);
    if (turns) console.log(["recording", jobId, fileId, `${turns.length} turns`].join("\t"));
  } else if (type === "forgotten") {
    console.log(["erased", jobId ?? id, fileId ?? "the whole job"].join("\t")); // delete what you have copied of it
  } else if (type === "job" && endedAt) {
    console.log(["job", id, status].join("\t"));
  }
}

const remembered = process.argv[2];
const tokens = existsSync(remembered) ? JSON.parse(readFileSync(remembered, "utf8")) : {};
const database = await openDatabase();
for (const name of ["transcripts", "jobs"]) {
  for await (const { documents, token } of changes(database.container(name), tokens[name])) {
    for (const document of documents) await handle(database.container("transcripts"), document);
    tokens[name] = token;
    writeFileSync(remembered, JSON.stringify(tokens)); // only now: what follows is not lost if this ends here
  }
}
