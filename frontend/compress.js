// Runs after a build: what is worth it stands beside its compressed forms, which the server picks from (api/pages.py).
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";

const FOLDER = join(import.meta.dirname, "dist", "assets");
// A page asks for dozens of small ones; below this there is nothing to be gained.
const WORTH_BYTES = 512;
const TEXT = /\.(js|css|svg)$/;

for (const name of readdirSync(FOLDER).filter((each) => TEXT.test(each))) {
  const path = join(FOLDER, name);
  const text = readFileSync(path);
  if (text.length >= WORTH_BYTES) {
    writeFileSync(`${path}.gz`, gzipSync(text, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: text.length } }));
  }
}
