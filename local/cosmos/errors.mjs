/** Errors as Cosmos answers them: an HTTP status, a code, a message. */

const CODES = {
  400: "BadRequest",
  401: "Unauthorized",
  404: "NotFound",
  409: "Conflict",
  410: "Gone",
  412: "PreconditionFailed",
  413: "RequestEntityTooLarge",
  500: "InternalServerError",
};

/** The code that Cosmos puts beside the message of an answer with `status`. */
export const codeOf = (status) => CODES[status] ?? String(status);

/** A refusal. The server turns it into the answer. */
export class CosmosError extends Error {
  constructor(status, message, substatus = undefined) {
    super(message);
    this.status = status;
    this.substatus = substatus;
  }
}

export const badRequest = (message) => new CosmosError(400, message);

/**
 * Refuse, by name, what Cosmos supports and this server does not. It must never give a wrong result instead.
 */
export const unsupported = (what) =>
  badRequest(`${what}: not supported by local/cosmos, which stands in for Azure Cosmos DB.`);

export const notFound = () =>
  new CosmosError(404, "Entity with the specified id does not exist in the system.");
