// The reference: what the OpenAPI document says, and a form for each operation. Text is only ever set as text.

const METHODS = ["get", "post", "put", "patch", "delete"];

function element(name, properties = {}, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function resolved(api, schema, seen = []) {
  const name = schema?.$ref?.split("/").pop();
  if (!name) return schema ?? {};
  return seen.includes(name) ? {} : resolved(api, api.components.schemas[name], [...seen, name]);
}

/** An example of what a schema describes, a few levels deep. */
function exampleOf(api, given, depth = 0) {
  const schema = resolved(api, given);
  if (schema.examples?.length) return schema.examples[0];
  if (schema.default !== undefined) return schema.default;
  if (schema.enum) return schema.enum[0];
  const choice = (schema.anyOf ?? schema.oneOf ?? schema.allOf)?.[0];
  if (choice) return exampleOf(api, choice, depth + 1);
  if (schema.type === "array") return depth > 4 ? [] : [exampleOf(api, schema.items, depth + 1)];
  if (schema.type === "integer" || schema.type === "number") return schema.minimum ?? 0;
  if (schema.type === "boolean") return false;
  if (schema.type === "string") return "text";
  if (schema.type !== "object" || depth > 4) return schema.type === "object" ? {} : null;
  const parts = Object.entries(schema.properties ?? {});
  return Object.fromEntries(parts.map(([name, part]) => [name, exampleOf(api, part, depth + 1)]));
}

function bodyOf(operation) {
  const kinds = Object.entries(operation.requestBody?.content ?? {});
  return kinds.length ? { type: kinds[0][0], schema: kinds[0][1].schema } : null;
}

function parameterRow(parameter) {
  const input = element("input", { name: parameter.name, placeholder: parameter.schema?.type ?? "" });
  input.dataset.in = parameter.in;
  const said = [parameter.in, parameter.required ? "required" : "", parameter.description ?? ""].filter(Boolean);
  return element("tr", {}, element("td", {}, parameter.name), element("td", {}, input), element("td", {}, said.join(", ")));
}

function requestOf(method, path, form, kind) {
  const headers = { "X-Sealwright-Csrf": "1" };
  const key = document.getElementById("key").value.trim();
  if (key) headers.Authorization = `Bearer ${key}`;
  const query = new URLSearchParams();
  let address = path;
  for (const input of form.querySelectorAll("input[data-in]")) {
    const { name, value } = input;
    if (input.dataset.in === "path") address = address.replace(`{${name}}`, encodeURIComponent(value));
    else if (value && input.dataset.in === "query") query.append(name, value);
    else if (value && input.dataset.in === "header") headers[name] = value;
  }
  const body = form.querySelector("textarea")?.value || undefined;
  if (body && kind) headers["Content-Type"] = kind;
  return [query.size ? `${address}?${query}` : address, { method: method.toUpperCase(), headers, body }];
}

async function send(request, shown) {
  shown.textContent = "…";
  try {
    const answer = await fetch(...request);
    const text = await answer.text();
    let told = text;
    if (answer.headers.get("content-type")?.includes("json")) told = JSON.stringify(JSON.parse(text), null, 1);
    shown.textContent = `${answer.status} ${answer.statusText}\n\n${told.slice(0, 100_000)}`;
  } catch (error) {
    shown.textContent = String(error);
  }
}

function operationOf(api, method, path, operation) {
  const form = element("form");
  const body = bodyOf(operation);
  const shown = element("pre", { textContent: "Nothing was sent yet." });
  const parameters = (operation.parameters ?? []).filter((one) => one.in !== "cookie");
  if (operation.description) form.append(element("p", {}, operation.description));
  if (parameters.length) form.append(element("table", {}, element("tbody", {}, ...parameters.map(parameterRow))));
  if (body) {
    const text = body.type.includes("json") ? JSON.stringify(exampleOf(api, body.schema), null, 1) : "";
    form.append(element("textarea", { value: text, ariaLabel: `Body: ${body.type}`, spellcheck: false }));
  }
  form.append(element("p", {}, element("button", { type: "submit" }, "Send")), shown);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(requestOf(method, path, form, body?.type), shown);
  });
  const name = element("summary", {}, element("b", {}, method.toUpperCase()), path);
  const made = element("details", {}, name, form);
  made.dataset.words = `${method} ${path} ${operation.summary ?? ""} ${operation.description ?? ""}`.toLowerCase();
  return made;
}

function shownOf(api) {
  const groups = new Map();
  for (const [path, operations] of Object.entries(api.paths)) {
    for (const method of METHODS.filter((one) => operations[one])) {
      const tag = operations[method].tags?.[0] ?? "other";
      groups.set(tag, [...(groups.get(tag) ?? []), operationOf(api, method, path, operations[method])]);
    }
  }
  return [...groups].map(([tag, made]) => element("section", {}, element("h2", {}, tag), ...made));
}

const main = document.getElementById("operations");
const api = await (await fetch("/api/v1/openapi.json")).json();
main.replaceChildren(...shownOf(api));
document.getElementById("find").addEventListener("input", (event) => {
  const words = event.target.value.toLowerCase().split(/\s+/);
  for (const one of main.querySelectorAll("details")) {
    one.hidden = !words.every((word) => one.dataset.words.includes(word));
  }
  for (const section of main.querySelectorAll("section")) {
    section.hidden = !section.querySelector("details:not([hidden])");
  }
});
