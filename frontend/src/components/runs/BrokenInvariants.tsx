import { useQuery } from "@tanstack/react-query";
import type { RunDetail } from "../../api/generated/types.gen";
import { versionFactsQuery } from "../../api/tools/versions";
import { Note } from "../../ui/Note";
import { useTenant } from "../useTenant";

/** What the spec of this run's version says is always so, and was not. */
export function BrokenInvariants({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const broken = run.broken_invariants ?? [];
  const { data: version } = useQuery({
    ...versionFactsQuery(tenant.slug, run.tool, run.version),
    enabled: broken.length > 0,
  });
  if (broken.length === 0) {
    return null;
  }
  return (
    <Note tone="bad" title="It did what its spec says never happens">
      <ul>
        {broken.map((number) => (
          <li key={number}>{sentence(version?.spec.always, number)}</li>
        ))}
      </ul>
    </Note>
  );
}

function sentence(always: unknown, number: number): string {
  const one: unknown = Array.isArray(always) ? always[number] : undefined;
  const says = typeof one === "object" && one !== null && "say" in one ? one.say : undefined;
  return typeof says === "string" ? says : `Number ${String(number + 1)} of what is always so.`;
}
