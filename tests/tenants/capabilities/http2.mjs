// An HTTP/2 server that knows nothing of Python: `node http2.mjs CERTIFICATE`; its port is the first line it says.
import { readFileSync } from "node:fs";
import { createSecureServer } from "node:http2";

const pem = readFileSync(process.argv[2]);
const server = createSecureServer({ key: pem, cert: pem, settings: { maxConcurrentStreams: 50 } });
let connections = 0, hits = 0, cancelled = 0, waiting = [];
server.on("session", (session) => {
  connections += 1;
  session.on("error", () => {});
});
server.on("stream", (stream, headers) => {
  hits += 1;
  stream.on("error", () => {});
  stream.on("close", () => { if (stream.rstCode === 8) cancelled += 1; });
  const [path, query] = headers[":path"].split("?");
  const given = new URLSearchParams(query);
  const say = (status, said) => {
    stream.respond({ ":status": status, "content-type": "application/json" });
    stream.end(JSON.stringify(said));
  };
  const routes = {
    "/count": () => say(200, { connections, hits, cancelled }),
    "/echo": () => {
      const parts = [];
      stream.on("data", (part) => parts.push(part));
      stream.on("end", () => say(200, { headers, body: Buffer.concat(parts).toString() }));
    },
    // Answers nobody until so many wait: only those who share a connection, or have many, get on.
    "/together": () => {
      waiting.push(() => say(200, { connections }));
      if (waiting.length === Number(given.get("of"))) waiting.splice(0).forEach((answer) => answer());
    },
    "/big": () => {
      stream.respond({ ":status": 200 });
      const part = Buffer.alloc(64 << 10, 48);
      let left = Number(given.get("parts"));
      const more = () => { while (left-- > 0) if (!stream.write(part)) return stream.once("drain", more); stream.end(); };
      more();
    },
    "/never": () => {},
    "/flaky": () => say(hits % 2 ? 503 : 200, { hits }),
    // Takes leave first, and answers what it has begun to.
    "/goaway": () => { stream.session.close(); setTimeout(() => say(200, {}), 50); },
    "/cut": () => stream.session.destroy(),
    "/reset": () => stream.close(2),
  };
  (routes[path] ?? (() => say(404, {})))();
});
server.listen(0, "127.0.0.1", () => console.log(server.address().port));
