// Answers the questions of a JSON file by DuckDB and prints what it took: node duckdb.mjs QUESTIONS.json
// The file: { threads, load: [sql], questions: [{ name, sql, runs }] }; each run is timed, the answer is that of the last.
import { readFileSync } from "node:fs";
import { DuckDBInstance } from "@duckdb/node-api";

const task = JSON.parse(readFileSync(process.argv[2], "utf8"));
const instance = await DuckDBInstance.create(":memory:", { threads: String(task.threads) });
const db = await instance.connect();
const loading = performance.now();
for (const sql of task.load) await db.run(sql);
const answers = [];
for (const { name, sql, runs } of task.questions) {
  let rows = [];
  const times = [];
  for (let run = 0; run < runs; run++) {
    const start = performance.now();
    rows = [];
    for (const one of sql) rows.push((await db.runAndReadAll(one)).getRowsJson());
    times.push(performance.now() - start);
  }
  answers.push({ name, milliseconds: times, rows });
}
const version = (await db.runAndReadAll("select version()")).getRowsJson()[0][0];
console.log(JSON.stringify({ version, loadSeconds: (performance.now() - loading) / 1000, answers }));
