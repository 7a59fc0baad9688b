// The parts of the dashboard that are functions of their arguments, under Node's own test runner.
import assert from "node:assert/strict";
import { test } from "node:test";
import { withGate, withGeneration } from "../src/api/events/live.ts";
import { changedLimits, compare } from "../src/components/versions/authorityChanges.ts";
import { gatesOf, verdictOf } from "../src/components/gates/gateResults.ts";
import { statedCases } from "../src/components/versions/statedCases.ts";
import { aboutOf, groupsOf } from "../src/components/journal/journalRows.ts";
import { csvOf } from "../src/components/runs/csv.ts";
import { exampleOf } from "../src/components/runs/exampleOf.ts";
import { problemsOf } from "../src/forms/schema/problems.ts";
import { saidIn } from "../src/components/generation/exchangeParts.ts";
import { localOf, momentOf } from "../src/forms/schema/moments.ts";
import { emptyOf, shapeOf } from "../src/forms/schema/shapes.ts";
import { marksOf, parseSpec, withValue } from "../src/forms/spec/specText.ts";
import { partsOf, scaleOf } from "../src/components/home/chartParts.ts";
import { found, sectionsOf } from "../src/components/guide/sections.ts";
import { curveOf } from "../src/components/tools/breakEven.ts";
import { shownAs } from "../src/components/kept/contents.ts";
import { ago, bytes, duration, milliseconds, sentence } from "../src/ui/format.ts";

test("a problem's path leads to its place in YAML and in JSON", () => {
  const yaml = "name: x\ninput_schema:\n  type: array\n";
  const json = '{"name": "x", "input_schema": {"type": "array"}}';
  for (const text of [yaml, json]) {
    const problem = { path: "/input_schema/type", message: "It must be an object.", hint: null };
    const [mark] = marksOf(parseSpec(text).document, [problem]);
    assert.match(text.slice(mark.from, mark.to), /^"?type"?$/);
  }
});

test("another value changes what differs in the text, and leaves what its author wrote beside it", () => {
  const text = "# mine\nname: x # the name\nexamples:\n  # first\n  - arguments: { a: 1 }\n  # second\n  - arguments: { a: 2 }\n";
  const now = parseSpec(text).value;
  assert.equal(withValue(text, now), text);
  const other = { ...now, name: "y", always: [{ say: "s", check: "c" }], examples: [now.examples[1], { arguments: {} }] };
  const after = withValue(text, other);
  assert.deepEqual(parseSpec(after).value, other);
  for (const kept of ["# mine", "# the name"]) {
    assert.ok(after.includes(kept), after);
  }
  const json = JSON.stringify(now);
  assert.deepEqual(JSON.parse(withValue(json, other)), other);
});

test("a path that the text does not have leads to the deepest part that it has", () => {
  const text = "examples:\n  - arguments: {a: 1}\n";
  const [mark] = marksOf(parseSpec(text).document, [{ path: "/examples/0/result", message: "Missing." }]);
  assert.match(text.slice(mark.from), /^arguments/);
});

test("text that does not parse has a mark and no value", () => {
  const { value, marks } = parseSpec("name: [x\n");
  assert.equal(value, undefined);
  assert.ok(marks[0].to > marks[0].from);
});

test("authority is compared sentence by sentence, what is new first", () => {
  assert.deepEqual(compare(["read a", "read b"], ["read b", "write c"]), [
    { mark: "added", item: "write c" },
    { mark: "removed", item: "read a" },
    { mark: "kept", item: "read b" },
  ]);
});

test("only limits that differ are shown against another version", () => {
  const changed = changedLimits({ limits: { fuel: 1, wall_ms: 5 } }, { limits: { fuel: 1, wall_ms: 9 } });
  assert.deepEqual(changed, [{ name: "wall_ms", before: 5, after: 9 }]);
});

test("a gate keeps its findings, and a finding without a gate in the report is not lost", () => {
  const lost = { gate: "pipeline", severity: "error", message: "It could not be built.", hint: null, line: null };
  const kept = { ...lost, gate: "contract", severity: "warning" };
  const report = { gates: [{ gate: "contract", passed: true, wall_ms: 2 }] };
  assert.deepEqual(gatesOf({ findings: [lost, kept], report }), [
    { name: "pipeline", isPassed: false, wallMs: undefined, findings: [lost] },
    { name: "contract", isPassed: true, wallMs: 2, findings: [kept] },
  ]);
});

test("what is told while a version is written adds up, and a new round starts afresh", () => {
  let live = { gates: [] };
  live = withGeneration(live, { round: 1, phase: "writing", added: "def " });
  live = withGeneration(live, { round: 1, phase: "writing", added: "f():" });
  assert.equal(live.written, "def f():");
  live = withGeneration(live, { round: 1, phase: "checking" });
  live = withGate(live, { gate: "contract", passed: false, wall_ms: 1 });
  live = withGate(live, { gate: "contract", passed: true, wall_ms: 2 });
  assert.deepEqual(live.gates, [{ gate: "contract", passed: true, wall_ms: 2 }]);
  live = withGeneration(live, { round: 2, phase: "writing", added: "class" });
  assert.equal(live.written, "class");
});

test("every part of a schema has its kind of field, through references and choices", () => {
  const root = {
    $defs: { when: { type: "string", format: "date-time" }, name: { type: "string", maxLength: 20 } },
    properties: {
      mode: { enum: ["a", 2, null] }, at: { $ref: "#/$defs/when" }, day: { type: "string", format: "date" },
      photo: { type: "string", contentEncoding: "base64" }, on: { type: "boolean" }, any: true, maybe: { type: ["string", "null"] },
      rows: { type: "array", items: { type: "object", properties: { n: { type: "integer" } }, required: ["n"] } },
      either: { oneOf: [{ type: "string" }, { type: "object", properties: { kind: { const: "card" } } }] },
      both: { allOf: [{ $ref: "#/$defs/name" }, { description: "x" }] }, byName: { type: "object", additionalProperties: { type: "number" } },
      needs: { type: "object", properties: { a: {} }, oneOf: [{ required: ["a"] }, { not: {} }] }, pair: { type: "array", prefixItems: [{}] },
      loop: { $ref: "#/properties/loop" }, lost: { $ref: "https://a.example/x" },
    },
  };
  const kinds = Object.fromEntries(Object.entries(root.properties).map(([name, one]) => [name, shapeOf(one, root).kind]));
  assert.deepEqual(kinds, {
    mode: "choice", at: "moment", day: "date", photo: "bytes", on: "flag", any: "json", maybe: "union", rows: "list",
    either: "union", both: "text", byName: "fields", needs: "fields", pair: "json", loop: "json", lost: "json",
  });
  assert.deepEqual(shapeOf(root.properties.either, root).branches.map(({ label }) => label), ["text", "kind: card"]);
  assert.deepEqual(emptyOf(root.properties.rows.items, root), { n: 0 });
  assert.equal(emptyOf(root.properties.maybe, root), "");
});

test("of several choices, what is wrong is told of the one that the value is of the kind of", () => {
  const card = { type: "object", properties: { number: { type: "string", pattern: "^[0-9]{4}$" } } };
  const schema = { properties: { pay: { oneOf: [{ const: "cash" }, card] } } };
  assert.deepEqual(problemsOf(schema, { pay: { number: "43" } }).map(({ path }) => path), ["/pay/number"]);
  assert.deepEqual(problemsOf(schema, { pay: "gold" }).map(({ path }) => path), ["/pay"]);
  assert.deepEqual(problemsOf(schema, { pay: "cash" }), []);
});

test("what is entered by the clock on the wall is told as a moment, and shown as it was entered", () => {
  const told = momentOf("2026-02-03T04:05:06");
  assert.match(told, /^2026-02-0[23]T\d\d:\d5:06Z$/);
  assert.equal(localOf(told), "2026-02-03T04:05:06");
  assert.deepEqual([momentOf(""), momentOf("no"), localOf("no")], ["", "", ""]);
});

test("numbers and times are said as people say them", () => {
  assert.equal(bytes(0), "0 B");
  assert.equal(bytes(1536), "1.5 KB");
  assert.equal(bytes(128 * 1024 ** 2), "128 MB");
  assert.equal(milliseconds(3.14), "3.1 ms");
  assert.equal(milliseconds(90_000), "1.5 min");
  assert.equal(sentence("awaiting_approval"), "Awaiting approval");
  assert.equal(ago("2026-01-01T00:00:00Z", Date.parse("2026-01-01T02:00:00Z")), "2 hr. ago");
});

test("what was said to the model is shown part by part, code as code", () => {
  const call = { type: "tool_use", name: "submit_tool", input: { plan: "Add.", source: "def f():\n    pass\n" } };
  const said = saidIn({ role: "assistant", content: [{ type: "text", text: "Here." }, call] }, "r");
  assert.deepEqual(
    said.map(({ who }) => who),
    ["The model said", "The model called submit_tool"],
  );
  assert.match(said[1].text, /def f\(\):\n {4}pass/);
  assert.deepEqual(saidIn({ role: "user", content: "Fix it." }, "q"), [
    { key: "q 0", who: "We said", text: "Fix it." },
  ]);
  assert.deepEqual(saidIn(null, "x"), []);
});

test("what the approver is asked is counted beside what the gates came to", () => {
  const gate = (isPassed, ...severities) => ({
    name: "strength",
    isPassed,
    wallMs: 1,
    findings: severities.map((severity) => ({ gate: "strength", severity, message: "x", hint: null, line: null })),
  });
  assert.equal(verdictOf([gate(true), gate(true, "warning")]), "all 2 passed");
  assert.equal(verdictOf([gate(true, "question"), gate(true)]), "all 2 passed, 1 question to you");
  assert.equal(verdictOf([gate(false, "error", "question"), gate(true, "question")]), "1 of 2 failed, 2 questions to you");
});

test("a story is shown call by call, with what happens before each, beside the same call of the version before", () => {
  const calls = [
    { arguments: { id: 1 }, result: { status: "sent" }, done: { email: [{ to: "a@b.example" }] } },
    { meanwhile: { later: "1 day", kv: { tool: { n: 2 } } }, arguments: { id: 1 }, error: "away" },
  ];
  const now = { spec: { examples: [{ title: "Two days", calls }, { arguments: {}, result: 1 }] } };
  const before = { spec: { examples: [{ title: "Two days", calls: [calls[0]] }] } };
  const [first, second, ...others] = statedCases(now, before);
  assert.deepEqual(others.map(({ title, outcome, stated }) => [title, outcome, stated]), [
    ["called with {}", "returns 1", undefined],
  ]);
  assert.equal(first.title, 'Two days, call 1: called with {"id":1}');
  assert.equal(first.stated.deeds[0].capability, "email");
  assert.deepEqual(first.before, first.stated);
  assert.deepEqual(second.meanwhile, ["1 day later", 'kv {"tool":{"n":2}}']);
  assert.equal(second.outcome, "ends in the error away");
  assert.equal(second.before, null);
});

test("a length of time is said in its two largest units", () => {
  assert.deepEqual(
    [0, 59, 60, 3_599, 3_600, 90_061, 86_400, 86_460].map(duration),
    ["0 s", "59 s", "1 min", "59 min 59 s", "1 h", "1 d 1 h", "1 d", "1 d"],
  );
});

test("a bar stacks what returned, what failed and the rest", () => {
  const none = { at: "", returned: 0, failed: 0, refused: 0, exhausted: 0, trapped: 0, cancelled: 0, p50_ms: null, p95_ms: null };
  const [part, empty] = partsOf({ parts: [{ ...none, returned: 4, failed: 1, trapped: 1, refused: 2, cancelled: 3 }, none] });
  assert.deepEqual([part.returned, part.failed, part.other, part.total], [4, 2, 5, 11]);
  assert.deepEqual([scaleOf([part, empty]), scaleOf([empty]), scaleOf([])], [11, 1, 1]);
});

const ORDER = {
  type: "object",
  properties: {
    lines: { type: "array", minItems: 1, maxItems: 2, items: { $ref: "#/$defs/line" } },
    kind: { enum: ["a", "b"] },
    when: { anyOf: [{ type: "null" }, { type: "string", pattern: "^[0-9]{4}$" }] },
  },
  required: ["lines"],
  additionalProperties: false,
  $defs: { line: { type: "object", properties: { cents: { type: "integer", minimum: 0 } }, required: ["cents"] } },
};

for (const [value, at] of [
  [{ lines: [{ cents: 1 }] }, []],
  [{ lines: [{ cents: 1 }], kind: "b", when: null }, []],
  [{ lines: [{ cents: 1 }], when: "2026" }, []],
  [{}, ["/lines"]],
  [{ lines: [] }, ["/lines"]],
  [{ lines: {} }, ["/lines"]],
  [{ lines: [{ cents: 1 }, { cents: 2 }, { cents: 3 }] }, ["/lines"]],
  [{ lines: [{ cents: -1 }] }, ["/lines/0/cents"]],
  [{ lines: [{ cents: 1.5 }] }, ["/lines/0/cents"]],
  [{ lines: [{ cents: "1" }] }, ["/lines/0/cents"]],
  [{ lines: [{}, { cents: 1 }] }, ["/lines/0/cents"]],
  [{ lines: [{ cents: 1 }], kind: "c" }, ["/kind"]],
  [{ lines: [{ cents: 1 }], other: 1 }, ["/other"]],
  [{ lines: [{ cents: 1 }], when: "26" }, ["/when"]],
  [{ lines: [{ cents: 1 }], when: 26 }, ["/when"]],
  [[], [""]],
  [null, [""]],
]) {
  test(`arguments are held against the whole schema as they are typed: ${JSON.stringify(value)}`, () => {
    assert.deepEqual(problemsOf(ORDER, value).map(({ path }) => path), at);
  });
}

test("a schema that goes in circles, or is of another language, keeps no form from opening", () => {
  assert.deepEqual(problemsOf({ $ref: "#" }, 1), []);
  assert.deepEqual(problemsOf({ type: "string", pattern: "(?P<x>a)" }, "b"), []);
  assert.deepEqual(problemsOf({ type: "strange" }, 1), []);
});

const entry = (seq, more) => ({
  seq, item: null, capability: "http", operation: "request", effect: "read", state: "done", value: null, fault: null,
  elapsed_ns: 1, request: { method: "GET", url: `https://a.example/${seq}` }, ...more,
});

test("a long stretch of the same call is one row, and each row says what it is about", () => {
  const many = Array.from({ length: 46 }, (_, at) => entry(at));
  const groups = groupsOf([...many, entry(46, { operation: "other" }), entry(47, { fault: { code: "no" } })]);
  assert.deepEqual(groups.map(({ entries }) => entries.length), [46, 1, 1]);
  assert.equal(aboutOf(entry(3)), "GET https://a.example/3");
  assert.equal(aboutOf(entry(1, { request: { key: "k/1" } })), "k/1");
  assert.equal(aboutOf(entry(1, { request: { keys: ["k/1", "k/2"] } })), '["k/1","k/2"]');
  assert.equal(aboutOf(entry(1, { request: null })), "");
});

test("a run is an example with the answers that the world gave", () => {
  const run = { id: "run_1", arguments: { a: 1 }, outcome: "failed", error: { code: "gone", message: "x" } };
  const entries = [
    entry(1, { value: { status: 200, text: '{"n":1}' } }),
    entry(2, { value: { status: 503, text: "away" } }),
    entry(3, { fault: { code: "timeout", message: "Nothing came." } }),
    entry(4, { capability: "clock", operation: "now" }),
    entry(5, { capability: "kv", operation: "get" }),
  ];
  assert.deepEqual(exampleOf(run, entries), {
    title: "as in run_1; its world of kv is still to be put in",
    arguments: { a: 1 },
    world: {
      http: {
        "GET https://a.example/1": { status: 200, json: { n: 1 } },
        "GET https://a.example/2": { status: 503, text: "away" },
        "GET https://a.example/3": { fault: { code: "timeout", message: "Nothing came." } },
      },
    },
    error: "gone",
  });
  const good = { id: "run_2", arguments: {}, outcome: "returned", result: { sum: 1 }, error: null };
  assert.deepEqual(exampleOf(good, []), { title: "as in run_2", arguments: {}, result: { sum: 1 } });
});

test("an export is a table whose texts no spreadsheet takes for a formula", () => {
  const run = { id: "run_1", tool: "t", version: 1, caller: { label: '=cmd|"x"' }, error: { code: "c", message: "a,\nb" } };
  const [, line] = csvOf([run]).split(/\r\n/);
  assert.match(line, /,"'=cmd\|""x""",/);
  assert.match(line, /,"a,\nb",/);
});

test("a file is shown as what its bytes are, and never as what it is called", () => {
  const bytes = (text) => new TextEncoder().encode(text).buffer;
  const png = new Uint8Array([0x89, 0x50, 0x4e, 0x47, 1, 2]).buffer;
  assert.equal(shownAs(png, "notes.txt").source, "data:image/png;base64,iVBORwEC");
  assert.equal(shownAs(bytes("<svg onload=alert(1)>"), "logo.png").as, "text");
  assert.equal(shownAs(new Uint8Array([0xff, 0xfe, 0]).buffer, "a.csv").as, "nothing");
  const table = shownAs(bytes('name,of\r\n"Ann, the ""first""","two\nlines"\n\nlast,'), "a.CSV");
  assert.deepEqual(table.rows, [["name", "of"], ['Ann, the "first"', "two\nlines"], [""], ["last", ""]]);
  assert.equal(shownAs(bytes("a\n".repeat(500)), "a.csv").rows.length, 100);
});

test("a curve of costs and savings shows now and where it is even, and what never is", () => {
  const even = { succeeded: 3, spent: { usd: 1 }, per_run: { saved_usd: 0.01 }, break_even: { runs: 100 } };
  assert.deepEqual(curveOf(even), { runsShown: 125, top: 1.25, needed: 100 });
  const never = { succeeded: 0, spent: { usd: 2 }, per_run: { saved_usd: 0 }, break_even: { runs: null } };
  assert.deepEqual(curveOf(never), { runsShown: 10, top: 2, needed: null });
});

test("the guide is cut at its headings, and what stands in fences is code whatever it begins with", () => {
  const text = "# One\n\nA `line`\nthat goes on.\n\n- first\n  more\n- second\n\n## Two\n```py\n# no heading\n- no item\n```\n## Two\n\nEnd.";
  const sections = sectionsOf(text);
  assert.deepEqual(sections.map(({ id, level }) => [id, level]), [["one", 1], ["two", 2], ["two-2", 2]]);
  assert.deepEqual(sections[0].blocks, [
    { kind: "text", text: "A `line` that goes on." },
    { kind: "list", items: ["first more", "second"] },
  ]);
  assert.deepEqual(sections[1].blocks, [{ kind: "code", text: "# no heading\n- no item" }]);
  assert.deepEqual(found(sections, " SECOND  line").map(({ id }) => id), ["one"]);
  assert.deepEqual(found(sections, ""), sections);
});
