/**
 * The gateway's part of a query, before any partition: it answers requests for query plans, and refuses a
 * query without a partition key that one partition cannot answer.
 *
 * Microsoft: "Querying resources using the REST API", section on queries that the gateway cannot serve: TOP,
 * ORDER BY, OFFSET, aggregates, DISTINCT, GROUP BY. The Python SDK sends such a query unchanged, and requests
 * the plan only after this refusal (azure-cosmos, `_execution_context/execution_dispatcher.py`). The .NET SDK
 * requests the plan at once.
 *
 * The page makes no exception for a container with one physical partition. It does not say that the gateway
 * never serves such a query, so the server can be configured to serve it (`gatewayServes`).
 */

import { CosmosError, badRequest } from "./errors.mjs";
import { gatewayServes } from "./options.mjs";
import { mustMerge, planOf } from "./plan.mjs";
import { compile } from "./sql.mjs";

/** Answer a request for the plan of `query` ({query, parameters}). */
export const answerPlan = (container, query) => ({ status: 200, body: planFor(container, query) });

function planFor(container, { query, parameters = [] }) {
  compile(query); // refuses what no partition could answer
  return planOf(query, new Map(parameters.map(({ name, value }) => [name, value])), container.paths);
}

/** Return if the gateway forwards a query without a partition key, otherwise throw its refusal. */
export function admit(container, query, isEnabled) {
  if (!isEnabled) {
    throw badRequest(
      "Cross partition query is required but disabled. Please set " +
        "x-ms-documentdb-query-enablecrosspartition to true, specify x-ms-documentdb-partitionkey, " +
        "or revise your query to avoid this exception.",
    );
  }
  const plan = planFor(container, query);
  if (!mustMerge(plan) || gatewayServes) return;
  const message = "The provided cross partition query can not be directly served by the gateway.";
  // The SDK could take the plan from here (`_get_partitioned_execution_info`), but requests it.
  throw Object.assign(new CosmosError(400, message, 1004), { additionalErrorInfo: JSON.stringify(plan) });
}
