import type { ToolOut } from "../../api/generated/types.gen";

/** A small spec that works as it stands, so that each part can be changed with the rest as a guide. */
export const STARTER = `name: order_total
title: Total of an order
description: >-
  Adds up the lines of an order and returns the total in cents. Use it instead of adding numbers yourself.

input_schema:
  type: object
  additionalProperties: false
  required: [lines]
  properties:
    lines:
      type: array
      maxItems: 1000
      items:
        type: object
        additionalProperties: false
        required: [price_cents, quantity]
        properties:
          price_cents: {type: integer, minimum: 0}
          quantity: {type: integer, minimum: 1}

output_schema:
  type: object
  additionalProperties: false
  required: [total_cents]
  properties:
    total_cents: {type: integer}

# read: changes nothing. idempotent: calling again adds no effect. destructive: everything else.
effects: read

# What it may reach. Nothing, until you say otherwise, for example:
#   http: ["GET https://api.example.com/v1/*"]
capabilities: {}

examples:
  - arguments: {lines: [{price_cents: 250, quantity: 2}, {price_cents: 100, quantity: 1}]}
    result: {total_cents: 600}
  - arguments: {lines: []}
    result: {total_cents: 0}

# Like examples, but whoever writes the code does not see what is expected.
holdouts:
  - arguments: {lines: [{price_cents: 1, quantity: 1000}]}
    result: {total_cents: 1000}
`;

const IDENTIFIER = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** The shape of a source for a tool: its function and its parameters. */
export function sourceStarter(tool: ToolOut): string {
  const schema = tool.spec.input_schema;
  const isSchema = typeof schema === "object" && schema !== null;
  const properties =
    isSchema && "properties" in schema && typeof schema.properties === "object"
      ? Object.keys(schema.properties ?? {})
      : [];
  const required = isSchema && "required" in schema && Array.isArray(schema.required) ? schema.required : [];
  const usable = properties.filter((name) => IDENTIFIER.test(name));
  const parameters = [
    ...usable.filter((name) => required.includes(name)),
    ...usable.filter((name) => !required.includes(name)).map((name) => `${name}=None`),
  ];
  const title = (tool.title ?? tool.name).replace(/\.$/, "");
  return `"""${title}."""

from sealwright import ToolError, log


def ${tool.name}(${parameters.join(", ")}):
    """${title}."""
    log.info("called")
    raise ToolError("not_written", "This tool is not written yet.")
`;
}
