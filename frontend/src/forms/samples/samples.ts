import type { SpecIn } from "../../api/generated/types.gen";

/** A tool to try the product with. Its name says that it is one. */
export type Sample = { spec: SpecIn & { name: string; title: string }; source: string };

const ORDER_TOTAL: Sample = {
  spec: {
    name: "sample_order_total",
    title: "Add up an order",
    description:
      "Adds up an order: how many pieces it has, and what they come to, in cents. It reaches nothing outside itself.",
    input_schema: {
      type: "object",
      properties: {
        lines: {
          type: "array",
          description: "What was ordered.",
          maxItems: 100,
          items: {
            type: "object",
            properties: {
              price_cents: { type: "integer", minimum: 0, maximum: 1_000_000, description: "Of one piece." },
              quantity: { type: "integer", minimum: 1, maximum: 1_000 },
            },
            required: ["price_cents", "quantity"],
            additionalProperties: false,
          },
        },
      },
      required: ["lines"],
      additionalProperties: false,
    },
    output_schema: {
      type: "object",
      properties: { pieces: { type: "integer" }, total_cents: { type: "integer" } },
      required: ["pieces", "total_cents"],
      additionalProperties: false,
    },
    examples: [
      {
        title: "two kinds of things",
        arguments: {
          lines: [
            { price_cents: 250, quantity: 4 },
            { price_cents: 1_999, quantity: 1 },
          ],
        },
        result: { pieces: 5, total_cents: 2_999 },
      },
      { title: "an empty order", arguments: { lines: [] }, result: { pieces: 0, total_cents: 0 } },
    ],
    holdouts: [
      {
        arguments: {
          lines: [
            { price_cents: 0, quantity: 7 },
            { price_cents: 10, quantity: 3 },
          ],
        },
        result: { pieces: 10, total_cents: 30 },
      },
    ],
    effects: "read",
  },
  source: `"""Add up an order."""


def sample_order_total(lines: list[dict[str, int]]) -> dict[str, int]:
    """Return how many pieces an order has, and what they come to in cents."""
    return {
        "pieces": sum(line["quantity"] for line in lines),
        "total_cents": sum(line["quantity"] * line["price_cents"] for line in lines),
    }
`,
};

const GREET_ONCE: Sample = {
  spec: {
    name: "sample_greet_once",
    title: "Greet each guest once",
    description:
      "Greets guests, each only once however often it is called: it keeps in the ledger whom it has greeted.",
    input_schema: {
      type: "object",
      properties: {
        names: {
          type: "array",
          description: "Who is to be greeted.",
          maxItems: 100,
          items: { type: "string", pattern: "^[a-z0-9]{1,20}$" },
        },
      },
      required: ["names"],
      additionalProperties: false,
    },
    output_schema: {
      type: "object",
      properties: { greeted: { type: "integer" } },
      required: ["greeted"],
      additionalProperties: false,
    },
    capabilities: { ledger: ["greeted/*"] },
    examples: [
      {
        title: "one name twice",
        arguments: { names: ["ann", "bob", "ann"] },
        result: { greeted: 2 },
        done: { ledger: ["greeted/ann", "greeted/bob"] },
      },
      {
        title: "greeted before",
        arguments: { names: ["cy"] },
        world: { ledger: { done: ["greeted/cy"] } },
        result: { greeted: 0 },
      },
    ],
    holdouts: [{ arguments: { names: [] }, result: { greeted: 0 } }],
    effects: "idempotent",
  },
  source: `"""Greet each guest once."""

from sealwright import ledger


def sample_greet_once(names: list[str]) -> dict[str, int]:
    """Greet whoever has not been greeted yet; return how many that were."""
    keys = [f"greeted/{name}" for name in dict.fromkeys(names)]
    mine = [key for key, state in zip(keys, ledger.claim(keys), strict=True) if state == "claimed"] if keys else []
    if mine:
        ledger.done(mine)
    return {"greeted": len(mine)}
`,
};

export const SAMPLES: readonly [Sample, Sample] = [ORDER_TOTAL, GREET_ONCE];
