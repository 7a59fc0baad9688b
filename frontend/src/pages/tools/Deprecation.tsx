import { Link } from "@tanstack/react-router";
import type { ToolOut } from "../../api/generated/types.gen";
import { UndoDeprecation } from "../../forms/tools/DeprecateTool";
import { Note } from "../../ui/Note";
import { when } from "../../ui/format";
import styles from "./Deprecation.module.css";
import { useTenant } from "../../components/useTenant";

/** That the tool is to go: what callers are told, and the way back. */
export function Deprecation({ tool, reason }: { tool: ToolOut; reason: string | null }) {
  const { tenant } = useTenant();
  const said = tool.deprecation;
  if (!said || tool.retired_at !== null) {
    return null;
  }
  return (
    <Note tone="warn" title={`It is deprecated: ${said.message}`}>
      <p className={styles.words}>
        {said.replaced_by && (
          <>
            Callers are told to use{" "}
            <Link to="/tenants/$tenant/tools/$name" params={{ tenant: tenant.slug, name: said.replaced_by }}>
              <code>{said.replaced_by}</code>
            </Link>{" "}
            instead.{" "}
          </>
        )}
        {said.ends_at ? `It is retired by itself at ${when(said.ends_at)}.` : "It works on until it is retired."}
      </p>
      <UndoDeprecation tool={tool} reason={reason} />
    </Note>
  );
}
