import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import {
  addPasskey,
  beginApp,
  confirmApp,
  removeApp,
  removePasskey,
  renewRecoveryCodes,
} from "../../api/account/account";
import type { AccountOut, AppOut } from "../../api/generated/types.gen";
import { ShownOnce } from "../../forms/ShownOnce";
import { SubmitForm } from "../../forms/SubmitForm";
import { field, fieldProblem } from "../../forms/fields";
import { CopyLine } from "../../ui/Copy";
import { Note, ProblemNote } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { AskButton } from "../../ui/dialogs/AskButton";
import { useFresh } from "./Reauthenticate";

const COLUMNS: Columns = ["Passkey", "Added", "Last used", ACTIONS];

export function SecondFactorPanel({ account }: { account: AccountOut }) {
  const queries = useQueryClient();
  const refresh = () => queries.invalidateQueries();
  const { guard, dialog } = useFresh(account);
  const [codes, setCodes] = useState<string[]>([]);
  const keep = async (answer: { recovery_codes: string[] }) => {
    setCodes(answer.recovery_codes);
    await refresh();
  };
  const app = useMutation({ mutationFn: beginApp });
  const dropApp = useMutation({ mutationFn: removeApp, onSettled: refresh });
  const add = useMutation({ mutationFn: addPasskey, onSuccess: keep });
  const drop = useMutation({ mutationFn: removePasskey, onSettled: refresh });
  const renew = useMutation({ mutationFn: renewRecoveryCodes, onSuccess: keep });

  const hasAny = account.app || account.passkeys.length > 0;
  return (
    <Panel title="Second factor">
      {dialog}
      <Stack gap="md" maw={720}>
        {!hasAny && (
          <Note tone="warn" title="Whoever learns your password is you.">
            Add a passkey or an authenticator app: then it takes that too.
          </Note>
        )}
        <ProblemNote error={app.error ?? dropApp.error ?? drop.error ?? renew.error} />
        {codes.length > 0 && (
          <ShownOnce
            title="Keep these recovery codes: they are not shown again."
            label="Recovery codes"
            value={codes.join("\n")}
            kept="I have kept them"
            onKept={() => setCodes([])}
          >
            Each lets you in once, when you have lost your other second factors.
          </ShownOnce>
        )}
        <Group gap="sm">
          {account.app ? (
            <>
              <span>An authenticator app is asked for its code.</span>
              <AskButton
                size="compact-sm"
                reason={null}
                question={{
                  title: "Remove the authenticator app?",
                  what: "Its codes are not taken any more. Without another second factor, your password alone lets you in.",
                  yes: "Remove",
                }}
                onYes={() => guard(() => dropApp.mutate())}
              >
                Remove the app
              </AskButton>
            </>
          ) : (
            !app.data && (
              <Button size="sm" loading={app.isPending} onClick={() => guard(() => app.mutate())}>
                Add an authenticator app
              </Button>
            )
          )}
        </Group>
        {app.data && !account.app && (
          <Enrol
            app={app.data}
            onEnrolled={async (answer) => {
              app.reset();
              await keep(answer);
            }}
          />
        )}
        {account.passkeys.length > 0 && (
          <Table label="Passkeys" columns={COLUMNS}>
            {account.passkeys.map((passkey) => (
              <tr key={passkey.id}>
                <td>{passkey.name}</td>
                <td>
                  <Time iso={passkey.created_at} />
                </td>
                <td>
                  <Time iso={passkey.last_used_at} />
                </td>
                <td data-align="end">
                  <AskButton
                    size="compact-xs"
                    reason={null}
                    aria-label={`Remove ${passkey.name}`}
                    question={{
                      title: `Remove ${passkey.name}?`,
                      what: "This passkey does not let you in any more. The device keeps it, and it is worth nothing.",
                      yes: "Remove",
                    }}
                    onYes={() => guard(() => drop.mutate(passkey.id))}
                  >
                    Remove
                  </AskButton>
                </td>
              </tr>
            ))}
          </Table>
        )}
        <SubmitForm
          send={{ ...add, mutate: (name: string, options?: { onSuccess?: () => void }) => guard(() => add.mutate(name, options)) }}
          read={(form) => field(form, "name")}
          submit="Add passkey"
          variant="default"
          layout="row"
          resets
        >
          <TextInput
            label="Add a passkey"
            description="This device, a phone, or a security key; the browser asks which."
            placeholder="My laptop"
            name="name"
            maxLength={100}
            required
            withAsterisk={false}
            w={320}
          />
        </SubmitForm>
        {hasAny && (
          <Group gap="sm">
            <span>{account.recovery_codes} recovery codes are left.</span>
            <AskButton
              size="compact-sm"
              reason={null}
              question={{
                title: "Make new recovery codes?",
                what: "Those that you have kept stop working at once.",
                yes: "Make new ones",
              }}
              onYes={() => guard(() => renew.mutate())}
            >
              Make new ones
            </AskButton>
          </Group>
        )}
      </Stack>
    </Panel>
  );
}

type EnrolProps = { app: AppOut; onEnrolled: (answer: { recovery_codes: string[] }) => Promise<void> };

function Enrol({ app, onEnrolled }: EnrolProps) {
  const confirm = useMutation({ mutationFn: confirmApp, onSuccess: onEnrolled });
  return (
    <Stack gap="sm">
      <p>Scan this with the app, or type its key in. Then enter the code that it shows.</p>
      <svg
        role="img"
        aria-label="QR code for the authenticator app"
        viewBox={`0 0 ${app.qr_size} ${app.qr_size}`}
        width={200}
        height={200}
        style={{ background: "#fff" }}
        shapeRendering="crispEdges"
      >
        <path d={app.qr_path} fill="#000" />
      </svg>
      <CopyLine label="Key of the authenticator app" value={app.secret} />
      <SubmitForm
        send={confirm}
        read={(form) => field(form, "code")}
        submit="Confirm"
        layout="row"
        beside={["/code"]}
      >
        <TextInput
          label="Code of the app"
          name="code"
          inputMode="numeric"
          autoComplete="one-time-code"
          required
          withAsterisk={false}
          error={fieldProblem(confirm.error, "/code")}
        />
      </SubmitForm>
    </Stack>
  );
}
