// Prints what was said in the recordings of a job that has ended: `node read.mjs JOB`.

import { CosmosClient } from "@azure/cosmos";
import { fileURLToPath } from "node:url";

/** The database that the environment names. Without COSMOS_KEY you are signed in with your identity. */
export async function openDatabase() {
  const { COSMOS_ENDPOINT: endpoint, COSMOS_KEY: key, COSMOS_DATABASE: name = "speech" } = process.env;
  if (key) return new CosmosClient({ endpoint, key }).database(name);
  const { DefaultAzureCredential } = await import("@azure/identity");
  return new CosmosClient({ endpoint, aadCredentials: new DefaultAzureCredential() }).database(name);
}

/** A document, or undefined if there is none. */
async function documentOf(container, id, partition) {
  const { resource } = await container.item(id, partition).read(); // 404 is not an exception here
  return resource;
}

/** The ids of the recordings of a job that are complete. */
export async function filesOf(transcripts, jobId) {
  const query = "SELECT c.fileId FROM c WHERE c.jobId = @job AND c.type = 'transcript'";
  const { resources } = await transcripts.items
    .query({ query, parameters: [{ name: "@job", value: jobId }] })
    .fetchAll();
  return resources.map(({ fileId }) => fileId);
}

/** The turns of a recording; undefined if it is not complete, was erased, or is no longer there. */
export async function conversation(transcripts, jobId, fileId) {
  const partition = [jobId, fileId];
  let head = await documentOf(transcripts, "transcript", partition);
  while (head?.type === "transcript") {
    const parts = await Promise.all(head.turns.parts.map((id) => documentOf(transcripts, id, partition)));
    if (!parts.includes(undefined)) return parts.flatMap(({ turns }) => turns);
    const newer = await documentOf(transcripts, "transcript", partition);
    if (newer?._etag === head._etag) throw new Error(`A part of ${fileId} is not there: try again later.`);
    head = newer; // it was replaced
  }
  return undefined; // there is no head, or a tombstone in its place
}

async function main(jobId) {
  const database = await openDatabase();
  const job = await documentOf(database.container("jobs"), jobId, jobId);
  if (!job?.endedAt) {
    const erased = job?.type === "forgotten" && `was erased: ${job.forgottenAt}`;
    console.error(`${jobId} ${erased || (job ? `has not ended: ${job.status}` : "is not known")}`);
    process.exitCode = 1;
    return;
  }
  const transcripts = database.container("transcripts");
  for (const fileId of await filesOf(transcripts, jobId)) {
    for (const { offsetInTicks, display } of (await conversation(transcripts, jobId, fileId)) ?? []) {
      console.log([fileId, Math.floor(offsetInTicks / 10_000_000), display].join("\t"));
    }
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(process.argv[2]);
