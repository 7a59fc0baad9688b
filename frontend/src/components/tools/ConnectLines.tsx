import { Link } from "@tanstack/react-router";
import type { ToolOut } from "../../api/generated/types.gen";
import { CopyLine } from "../../ui/Copy";
import { Panel } from "../../ui/Page";
import styles from "./ConnectLines.module.css";
import { firstExample } from "./examples";

type ConnectLinesProps = { tenant: string; mcpUrl: string; tool?: ToolOut };

const TOKEN = "Authorization: Bearer $SEALWRIGHT_KEY";

/** Everything to paste, for agents and for programs. */
export function ConnectLines({ tenant, mcpUrl, tool }: ConnectLinesProps) {
  const name = tool?.name ?? "TOOL";
  const body = JSON.stringify({ arguments: tool ? firstExample(tool) : {} });
  const runs = `${window.location.origin}/api/v1/tenants/${tenant}/tools/${name}/runs`;
  return (
    <div className={styles.stack}>
      <Panel title="Agents, over MCP">
        <p className={styles.words}>
          Every live tool of this tenant is served at one MCP address. An agent that can sign in by itself is
          sent here for your consent; it can call, propose and revise tools, and can never approve.
        </p>
        <CopyLine label="MCP address" value={mcpUrl} />
        <p className={styles.words}>Claude Code:</p>
        <CopyLine label="Add to Claude Code" value={`claude mcp add --transport http sealwright ${mcpUrl}`} />
        <p className={styles.words}>
          A client that cannot sign in takes an{" "}
          <Link to="/tenants/$tenant/settings/$section" params={{ tenant, section: "keys" }}>
            API key
          </Link>{" "}
          instead:
        </p>
        <CopyLine
          label="Add to Claude Code with an API key"
          value={`claude mcp add --transport http sealwright ${mcpUrl} --header "${TOKEN}"`}
        />
      </Panel>
      <Panel title="Programs, over REST">
        <p className={styles.words}>
          The answer is the run’s record, whatever its outcome. With an <code>Idempotency-Key</code>, the same
          call made twice runs once.
        </p>
        <CopyLine
          label="Call with curl"
          value={`curl -s ${runs} \\\n  -H "${TOKEN}" -H "Content-Type: application/json" -H "Idempotency-Key: order-4711" \\\n  -d ${shellQuoted(body)}`}
        />
        <p className={styles.words}>
          <a href="/api/v1/docs">All of the API</a>, and{" "}
          <a href="/api/v1/openapi.json">its OpenAPI document</a>.
        </p>
      </Panel>
    </div>
  );
}

const shellQuoted = (text: string) => `'${text.replaceAll("'", String.raw`'\''`)}'`;
