/** What an indexing policy says about a path. ORDER BY works only on indexed paths. */

const DEFAULT_PATHS = [{ path: "/*" }];

/**
 * A single path such as `/status/?` is more precise than `/status/*`; a longer path is more precise than a
 * shorter.
 */
const precision = (path) => path.split("/").length * 2 + (path.endsWith("/?") ? 1 : 0);

const covers = (pattern, path) =>
  pattern.endsWith("/*") ? `${path}/`.startsWith(pattern.slice(0, -1)) : pattern === `${path}/?`;

const withoutQuotes = ({ path }) => path.replaceAll('"', "");

/** Whether `path` (such as `/status`) has a range index. The most precise entry that covers it decides. */
export function isIndexed(policy = {}, path) {
  if (path === "/id" || path === "/_ts") return policy.indexingMode !== "none";
  const included = policy.includedPaths ?? (policy.excludedPaths ? [] : DEFAULT_PATHS);
  const best = (entries) =>
    Math.max(
      0,
      ...entries
        .map(withoutQuotes)
        .filter((pattern) => covers(pattern, path))
        .map(precision),
    );
  return policy.indexingMode !== "none" && best(included) > best(policy.excludedPaths ?? []);
}

/** Whether the policy names `path` itself. Only then does ORDER BY return documents without it. */
export const isIncludedByName = (policy = {}, path) =>
  (policy.includedPaths ?? []).map(withoutQuotes).includes(`${path}/?`);

/** Whether a composite index has exactly these paths, in these directions or in all the opposite ones. */
export const hasCompositeIndex = (policy = {}, orderBy) =>
  (policy.compositeIndexes ?? []).some((index) =>
    [true, false].some(
      (same) =>
        index.length === orderBy.length &&
        index.every(
          ({ path, order = "ascending" }, at) =>
            withoutQuotes({ path }) === orderBy[at].path &&
            ((order === "descending") === orderBy[at].descending) === same,
        ),
    ),
  );
