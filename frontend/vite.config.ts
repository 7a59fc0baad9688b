import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const SERVER = "http://127.0.0.1:8000";

export default defineConfig({
  plugins: [react()],
  build: { sourcemap: false, chunkSizeWarningLimit: 600 },
  server: {
    // The API keeps sessions in a same-origin cookie, so the browser must see one origin in development too.
    proxy: Object.fromEntries(["/api", "/t", "/oauth", "/.well-known"].map((path) => [path, SERVER])),
  },
});
