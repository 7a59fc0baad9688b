import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import { submitTool } from "../../api/tools/tools";
import { submitVersion } from "../../api/tools/versions";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ReasonButton } from "../../ui/ReasonButton";

type LoadSampleProps = { which: 0 | 1; filled?: boolean; children: string };

/** Makes a tool of a sample, and leads to where it is judged. What it is made of comes when it is asked for. */
export function LoadSample({ which, filled = false, children }: LoadSampleProps) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const load = useMutation({
    mutationFn: async () => {
      const { SAMPLES } = await import("./samples");
      const { spec, source } = SAMPLES[which];
      await submitTool(tenant.slug, spec);
      return submitVersion(tenant.slug, spec.name, { source });
    },
    onSuccess: async ({ tool, number }) => {
      await queries.invalidateQueries({ queryKey: [tenant.slug] });
      await navigate({
        to: "/tenants/$tenant/tools/$name/versions/$number",
        params: { tenant: tenant.slug, name: tool, number: String(number) },
      });
    },
  });
  return (
    <>
      <ReasonButton
        variant={filled ? "filled" : "default"}
        reason={may(tenant, "tools:author")}
        loading={load.isPending}
        onClick={() => load.mutate()}
      >
        {children}
      </ReasonButton>
      <ProblemNote error={load.error} />
    </>
  );
}
