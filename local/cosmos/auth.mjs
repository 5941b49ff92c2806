/**
 * The master key signature, as "Access control on Azure Cosmos DB resources" describes it:
 * HMAC-SHA256 over verb, resource type, resource link and date.
 */

import { createHmac, timingSafeEqual } from "node:crypto";

import { CosmosError } from "./errors.mjs";

const unauthorized = (message) => new CosmosError(401, message);

/**
 * The type and the link of the resource that a path names. A feed is signed with its owner's link. Of a path of
 * resource ids, only the last id is signed, in lower case (azure-cosmos-dotnet-v3, `AuthorizationHelper`).
 */
function resourceOf(segments, isByRid) {
  const isFeed = segments.length % 2 === 1;
  const owner = isFeed ? segments.slice(0, -1) : segments;
  const link = isByRid ? owner.at(-1).toLowerCase() : owner.join("/");
  return [segments.at(isFeed ? -1 : -2) ?? "", link];
}

/**
 * Return if the request carries `key`'s signature, otherwise throw 401. `segments`: the decoded path; `isByRid`:
 * whether it names resources by their resource ids (`_rid`).
 */
export function authorize({ method, headers }, segments, isByRid, key) {
  if (!headers.authorization) throw unauthorized("Required Header authorization is missing.");
  // Not URLSearchParams: it would read the signature's "+" as a space.
  const fields = Object.fromEntries(
    decodeURIComponent(headers.authorization)
      .split("&")
      .map((field) => [field.slice(0, field.indexOf("=")), field.slice(field.indexOf("=") + 1)]),
  );
  if (fields.type !== "master") {
    throw unauthorized(`Authorization of type '${fields.type}': local/cosmos knows only the master key.`);
  }
  const [type, link] = resourceOf(segments, isByRid);
  const date = headers["x-ms-date"] ?? "";
  const text = [method.toLowerCase(), type.toLowerCase(), link, date.toLowerCase(), "", ""].join("\n");
  const expected = createHmac("sha256", Buffer.from(key, "base64")).update(text).digest();
  const given = Buffer.from(fields.sig ?? "", "base64");
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw unauthorized(
      "The input authorization token can't serve the request. The wrong key is being used or the " +
        "expected payload is not built as per the protocol.",
    );
  }
}
