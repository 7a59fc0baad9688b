import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type RunFilter, allRuns } from "../../api/runs/runs";
import { csvOf } from "../../components/runs/csv";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";

/** The newest 1,000 runs of what is looked for, as a table for other programs. */
export function ExportRuns({ filter }: { filter: RunFilter }) {
  const { tenant } = useTenant();
  const make = useMutation({
    mutationFn: () => allRuns(tenant.slug, filter),
    onSuccess: (runs) => {
      const address = URL.createObjectURL(new Blob([csvOf(runs)], { type: "text/csv" }));
      const link = document.createElement("a");
      link.href = address;
      link.download = "runs.csv";
      link.click();
      URL.revokeObjectURL(address);
    },
  });
  return (
    <>
      <Button loading={make.isPending} onClick={() => make.mutate()}>
        Export as CSV
      </Button>
      <ProblemNote error={make.error} />
    </>
  );
}
