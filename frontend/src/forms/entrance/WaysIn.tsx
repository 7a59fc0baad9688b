import { Button, Group, Stack, TextInput } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import type { FormEvent } from "react";
import { waysInQuery } from "../../api/settings/providers";
import { Note, ProblemNote } from "../../ui/Note";
import { field } from "../fields";

type Going = { tenant: string | undefined; next: string | undefined };

/** Signing in by a tenant's own identity provider: its buttons, or a field for the tenant's name. */
export function WaysIn({ tenant, next }: Going) {
  const [isAsking, { open }] = useDisclosure(false);
  return (
    <Stack gap="sm">
      {tenant && <Buttons tenant={tenant} next={next} />}
      {isAsking ? (
        <NameTenant next={next} />
      ) : (
        <Button variant="subtle" size="compact-sm" onClick={open}>
          {tenant ? "Another tenant" : "Use your company's sign-in"}
        </Button>
      )}
    </Stack>
  );
}

function Buttons({ tenant, next }: { tenant: string; next: string | undefined }) {
  const ways = useQuery(waysInQuery(tenant));
  const back = next ? `?${new URLSearchParams({ next })}` : "";
  if (ways.data?.providers.length === 0) {
    return <Note tone="warn" title={`${tenant} has no identity provider; use your password.`} />;
  }
  return (
    <>
      <ProblemNote error={ways.error} />
      {ways.data?.providers.map((way) => (
        <Button key={way.url} component="a" href={`${way.url}${back}`} variant="default" size="sm">
          Continue with {way.title}
        </Button>
      ))}
    </>
  );
}

function NameTenant({ next }: { next: string | undefined }) {
  const navigate = useNavigate();
  function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const tenant = field(new FormData(event.currentTarget), "tenant").toLowerCase();
    void navigate({ to: "/login", search: { tenant, next } });
  }
  return (
    <form onSubmit={submit}>
      <Group align="end" gap="sm">
        <TextInput
          label="Tenant"
          description="As it is written in its addresses"
          name="tenant"
          placeholder="acme"
          required
          withAsterisk={false}
          autoFocus
          flex={1}
        />
        <Button type="submit" variant="default" size="sm">
          Go on
        </Button>
      </Group>
    </form>
  );
}
