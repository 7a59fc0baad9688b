import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { may } from "../../api/permissions";
import type { RunDetail } from "../../api/generated/types.gen";
import { cancelRun, runQuery } from "../../api/runs/runs";
import { ReasonButton } from "../../ui/ReasonButton";
import { AskButton } from "../../ui/dialogs/AskButton";
import { useTenant } from "../useTenant";

/** To the tool's form, filled in with what this run was given. */
export function AgainButton({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const navigate = useNavigate();
  return (
    <ReasonButton
      reason={may(tenant, "tools:call")}
      onClick={() =>
        navigate({
          to: "/tenants/$tenant/tools/$name",
          params: { tenant: tenant.slug, name: run.tool },
          search: { tab: "call", like: run.id },
        })
      }
    >
      Call again
    </ReasonButton>
  );
}

/** To the tool's spec, with this run as one more example of what it must do. */
export function ExampleButton({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const navigate = useNavigate();
  return (
    <ReasonButton
      reason={may(tenant, "tools:author")}
      onClick={() =>
        navigate({
          to: "/tenants/$tenant/tools/$name/spec",
          params: { tenant: tenant.slug, name: run.tool },
          search: { like: run.id },
        })
      }
    >
      Make an example of it
    </ReasonButton>
  );
}

/** To this run beside another one. */
export function CompareButton({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const navigate = useNavigate();
  return (
    <ReasonButton
      reason={may(tenant, "runs:read")}
      onClick={() =>
        navigate({ to: "/tenants/$tenant/runs/$runId/compare", params: { tenant: tenant.slug, runId: run.id } })
      }
    >
      Compare
    </ReasonButton>
  );
}

export function CancelButton({ run }: { run: RunDetail }) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const cancel = useMutation({
    mutationFn: () => cancelRun(tenant.slug, run.id),
    onSuccess: (now) => queries.setQueryData(runQuery(tenant.slug, run.id).queryKey, now),
  });
  return (
    <AskButton
      reason={may(tenant, "runs:cancel")}
      loading={cancel.isPending}
      question={{
        title: "Stop this run?",
        what: "It ends where it stands and cannot be gone on with. What it has done already stays done.",
        yes: "Stop it",
      }}
      onYes={() => cancel.mutate()}
    >
      Stop this run
    </AskButton>
  );
}
