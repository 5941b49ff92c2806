/** The options of the command line: `node server.mjs --port 8081 --partitions 3 …`. */

import { parseArgs } from "node:util";

import { equalBounds } from "./physical-partition.mjs";

const { values } = parseArgs({
  options: {
    port: { type: "string", default: "8081" },
    partitions: { type: "string", default: "3" },
    gateway: { type: "string", default: "refuses" },
    "aggregate-page": { type: "string", default: "Infinity" },
  },
});

const isCount = /^[1-9]\d{0,2}$/.test(values.partitions);

if (!["refuses", "serves"].includes(values.gateway)) throw new Error(`--gateway ${values.gateway}: refuses or serves`);

export const port = Number(values.port);

/**
 * The EPKs at which all physical partitions but the first begin; given as EPKs, or as a number of partitions.
 */
export const bounds = isCount ? equalBounds(Number(values.partitions)) : values.partitions.split(",");

/** Whether the gateway answers a query without a partition key that needs merging, or refuses it with 1004. */
export const gatewayServes = values.gateway === "serves";

/** How many documents the first page of an aggregate counts at most. The next page counts the rest. */
export const aggregatePage = Number(values["aggregate-page"]);
