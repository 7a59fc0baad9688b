import { Button } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { type RunFilter, allRuns } from "../../api/runs/runs";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";

/** The newest 1,000 runs of what is looked for, as a table for other programs. */
export function ExportRuns({ filter }: { filter: RunFilter }) {
  const { tenant } = useTenant();
  const make = useMutation({
    mutationFn: async () => {
      const [runs, { csvOf }] = await Promise.all([allRuns(tenant.slug, filter), import("../../components/runs/csv")]);
      return csvOf(runs);
    },
    onSuccess: (csv) => {
      const address = URL.createObjectURL(new Blob([csv], { type: "text/csv" }));
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
