import { defineConfig } from "@hey-api/openapi-ts";

// `npm run generate` rewrites src/api/generated from openapi.json (`sealwright openapi > frontend/openapi.json`).
// Functions are named after method and path, so that renaming a Python function changes nothing here.
export default defineConfig({
  input: "openapi.json",
  output: "src/api/generated",
  plugins: ["@hey-api/typescript", "@hey-api/client-fetch", { name: "@hey-api/sdk", operationId: false }],
});
