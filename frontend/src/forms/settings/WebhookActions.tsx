import { Group } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import type { WebhookOut } from "../../api/generated/types.gen";
import { may } from "../../api/permissions";
import { changeWebhook, rotateKey, sendTest } from "../../api/settings/webhooks";
import { RowAction } from "../../components/lists/RowAction";
import { useTenant } from "../../components/useTenant";
import { ProblemNote } from "../../ui/Note";
import { ShownOnce } from "../ShownOnce";
import { EditWebhook } from "./EditWebhook";

type WebhookActionsProps = { webhook: WebhookOut; onChanged: () => Promise<void>; onRemove: () => void };

/** Everything that can be done with a webhook, and what comes of it. */
export function WebhookActions({ webhook, onChanged, onRemove }: WebhookActionsProps) {
  const { tenant } = useTenant();
  const queries = useQueryClient();
  const [isEditing, edit] = useState(false);
  const reason = may(tenant, "tenant:manage");
  const pause = useMutation({
    meta: { said: webhook.active ? "The webhook is paused." : "The webhook goes on." },
    mutationFn: () => changeWebhook(tenant.slug, webhook.id, { active: !webhook.active }),
    onSuccess: onChanged,
  });
  const test = useMutation({
    meta: { said: "A test is on its way: what comes of it stands below." },
    mutationFn: () => sendTest(tenant.slug, webhook.id),
    onSuccess: () => queries.invalidateQueries({ queryKey: [tenant.slug, "deliveries", webhook.id] }),
  });
  const rotate = useMutation({ mutationFn: () => rotateKey(tenant.slug, webhook.id) });
  return (
    <>
      <Group gap="xs">
        <RowAction
          verb="Send a test"
          to={`to ${webhook.url}`}
          reason={reason}
          loading={test.isPending}
          onClick={() => test.mutate()}
        />
        <RowAction verb="Change" to={webhook.url} reason={reason} onClick={() => edit(!isEditing)} />
        <RowAction
          verb={webhook.active ? "Pause" : "Go on"}
          to={webhook.url}
          reason={reason}
          loading={pause.isPending}
          onClick={() => pause.mutate()}
        />
        <RowAction
          verb="New key"
          to={`for ${webhook.url}`}
          ask="What is sent from now on is signed with it, and with nothing else: the receiver needs it at once."
          reason={reason}
          loading={rotate.isPending}
          onClick={() => rotate.mutate()}
        />
        <RowAction
          verb="Remove"
          to={webhook.url}
          ask="It is told of nothing any more, and its log of deliveries is deleted."
          reason={reason}
          onClick={onRemove}
        />
      </Group>
      <ProblemNote error={pause.error ?? test.error ?? rotate.error} />
      {rotate.data && (
        <ShownOnce
          title="Copy the new signing key now: it is not shown again."
          label="Signing key"
          value={rotate.data.signing_key}
          onKept={() => rotate.reset()}
        />
      )}
      {isEditing && (
        <EditWebhook
          webhook={webhook}
          onChanged={async () => {
            edit(false);
            await onChanged();
          }}
        />
      )}
    </>
  );
}
