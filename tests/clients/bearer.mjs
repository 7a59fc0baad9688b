// Preload for programs that cannot send a header: adds the bearer token of the environment to every request to
// the server under test, and to no other. Three ways out, because the suite uses three.
import http from "node:http";
import { createRequire } from "node:module";

const target = new URL(process.env.TARGET_URL);
const bearer = `Bearer ${process.env.TARGET_TOKEN}`;
const isTarget = (url) => url.host === target.host;

const plainFetch = globalThis.fetch;
globalThis.fetch = (input, init = {}) => {
  const url = new URL(input instanceof Request ? input.url : input);
  if (!isTarget(url)) return plainFetch(input, init);
  const headers = new Headers(init.headers ?? (input instanceof Request ? input.headers : undefined));
  if (!headers.has("authorization")) headers.set("authorization", bearer);
  return plainFetch(input, { ...init, headers });
};

try {
  const { Agent, setGlobalDispatcher } = createRequire(`${process.cwd()}/`)("undici");
  const adding = (dispatch) => (options, handler) => {
    if (!isTarget(new URL(options.origin))) return dispatch(options, handler);
    const given = options.headers ?? {};
    const headers = Array.isArray(given)
      ? [...given, "authorization", bearer]
      : { ...(typeof given[Symbol.iterator] === "function" ? Object.fromEntries(given) : given), authorization: bearer };
    return dispatch({ ...options, headers }, handler);
  };
  setGlobalDispatcher(new Agent().compose(adding));
} catch {
  // The suite was installed without its own undici; fetch and http cover what is left.
}

const plainRequest = http.request;
http.request = (...given) => {
  const request = plainRequest(...given);
  if (request.getHeader("host")?.toString().endsWith(`:${target.port}`) || request.port == target.port) {
    if (!request.getHeader("authorization")) request.setHeader("authorization", bearer);
  }
  return request;
};
