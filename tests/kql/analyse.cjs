// Reads {tables: {table: {column: type}}, queries: {name: text}} from standard input and writes {name: [finding]}:
// what Microsoft's Kusto language service finds wrong with each query. Nothing is run.
const { createRequire } = require("node:module");
const { join } = require("node:path");

const local = createRequire(join(__dirname, "..", "..", "local", "package.json"));
local("@kusto/language-service-next/bridge.min.js");
local("@kusto/language-service-next/Kusto.Language.Bridge.min.js");
const { KustoCode, GlobalState, Symbols } = globalThis.Kusto.Language;

function analyse({ tables, queries }) {
  const symbols = Object.entries(tables).map(([name, columns]) => {
    const list = Object.entries(columns).map(([column, type]) => `${column}:${type}`);
    return Symbols.TableSymbol.From(`(${list.join(", ")})`).WithName(name);
  });
  const globals = GlobalState.Default.WithDatabase(new Symbols.DatabaseSymbol.ctor("workspace", symbols));
  return Object.fromEntries(
    Object.entries(queries).map(([name, text]) => {
      const found = KustoCode.ParseAndAnalyze(text, globals).GetDiagnostics();
      const findings = Array.from({ length: found.Count }, (_, index) => found.getItem(index));
      return [name, findings.map((one) => `${one.Code} at ${one.Start}: ${one.Message}`)];
    }),
  );
}

const chunks = [];
process.stdin.on("data", (chunk) => chunks.push(chunk));
process.stdin.on("end", () => {
  process.stdout.write(JSON.stringify(analyse(JSON.parse(Buffer.concat(chunks).toString()))));
});
