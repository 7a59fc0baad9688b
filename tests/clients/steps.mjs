// How the script of a JavaScript client tells what it saw: one line of JSON a step, whatever comes. As steps.py.
// `node client.mjs URL KEY STEPS [ERA]`. `open(url, key, era)` gives {reports, list, convert, call, close}.
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";

const PATIENCE_MS = 100_000;

export function tell(step, what) {
  console.log(JSON.stringify({ step, ...what }));
}

// By its folder: some packages do not let their package.json be imported.
function versionOf(name, from) {
  const places = createRequire(from).resolve.paths(name);
  for (const place of places) {
    try {
      return JSON.parse(readFileSync(join(place, name, "package.json"))).version;
    } catch {
      // It is in another place.
    }
  }
  return "?";
}

function words(error) {
  const inner = error?.cause === undefined ? "" : `; ${words(error.cause)}`;
  return `${error?.name ?? "thrown"}: ${error?.message ?? error}${inner}`.slice(0, 4000);
}

function within(promise) {
  let timer;
  const late = new Promise((_, refuse) => {
    timer = setTimeout(() => refuse(new Error(`nothing came in ${PATIENCE_MS / 1000} s`)), PATIENCE_MS);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}

export async function main(from, packages, open) {
  const [url, key, steps, era] = process.argv.slice(2);
  tell("version", { said: packages.map((name) => `${name} ${versionOf(name, from)}`).join(", ") });
  try {
    const client = await within(open(url, key, era));
    for (const { step, tool, arguments: given } of JSON.parse(steps)) {
      const began = performance.now();
      const before = client.reports ?? 0;
      let said = null;
      let thrown = null;
      try {
        said = await within(tool === undefined ? client[step]() : client.call(tool, given));
      } catch (error) {
        thrown = words(error);
      }
      const seconds = Math.round((performance.now() - began) / 100) / 10;
      tell(step, { said, thrown, seconds, reports: (client.reports ?? 0) - before });
    }
    await client.close?.();
  } catch (error) {
    tell("session", { thrown: words(error) });
  }
  // Some clients leave timers behind that would keep the process for minutes.
  process.exit(0);
}

// The texts of a result, as a model is given them.
export const textOf = (result) => (result.content ?? []).map((one) => one.text ?? "").join("\n");
