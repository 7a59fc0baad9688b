import { useMutation, useQuery, useQueryClient } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import { toolNamesQuery } from "../../api/runs/overview";
import { retireTool } from "../../api/tools/tools";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { AskButton } from "../../ui/dialogs/AskButton";

/** The samples that were loaded, to be rid of again. */
export function ThrowAway() {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const { data: tools } = useQuery(toolNamesQuery(tenant.slug));
  const samples = tools?.items.map((tool) => tool.name).filter((name) => name.startsWith("sample_")) ?? [];
  const remove = useMutation({
    meta: { said: "The samples are gone." },
    mutationFn: () => Promise.all(samples.map((name) => retireTool(tenant.slug, name))),
    onSettled: () => queries.invalidateQueries({ queryKey: [tenant.slug] }),
  });
  if (samples.length === 0) {
    return null;
  }
  return (
    <>
      <AskButton
        reason={may(tenant, "tools:author")}
        loading={remove.isPending}
        question={{
          title: "Throw the samples away?",
          what: `${samples.join(" and ")} stop serving and are listed no more. Their runs and records stay.`,
          yes: "Throw away",
        }}
        onYes={() => remove.mutate()}
      >
        Throw the samples away
      </AskButton>
      <ProblemNote error={remove.error} />
    </>
  );
}
