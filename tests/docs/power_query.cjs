// Reads {name: text} from standard input and writes {name: finding}: what Microsoft's parser of Power Query finds wrong
// with each query, null if it is right. Nothing is run, and names of functions are not known to the parser.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const local = createRequire(join(__dirname, "..", "..", "local", "package.json"));
const { DefaultSettings, TaskUtils } = local("@microsoft/powerquery-parser");

async function finding(text) {
  const task = await TaskUtils.tryLexParse(DefaultSettings, text);
  return TaskUtils.isParseStageOk(task) ? null : String(task.error?.message ?? task.error);
}

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", async () => {
  const queries = Object.entries(JSON.parse(Buffer.concat(chunks).toString()));
  const findings = await Promise.all(queries.map(async ([name, text]) => [name, await finding(text)]));
  process.stdout.write(JSON.stringify(Object.fromEntries(findings)));
});
