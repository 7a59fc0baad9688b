// The programs of tests/bench/programs/classics.py in Pyodide: `node run.mjs CLASSICS.py`; CPU ms of each, best of 3.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const require = createRequire(process.argv[3] + "/");
const { loadPyodide } = await import(pathToFileURL(require.resolve("pyodide/pyodide.mjs")));
const pyodide = await loadPyodide();
pyodide.runPython(readFileSync(process.argv[2], "utf8"));
const names = pyodide.runPython("[program.__name__ for program in ALL]").toJs();
const took = {};
names.forEach((name, which) => {
  const times = [1, 2, 3].map(() => {
    const before = process.cpuUsage();
    pyodide.runPython(`classics(which=${which}, repeats=3)`);
    const used = process.cpuUsage(before);
    return (used.user + used.system) / 1000;
  });
  took[name] = Math.min(...times);
});
console.log(JSON.stringify(took));
