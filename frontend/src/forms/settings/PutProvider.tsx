import { Group, Input, PasswordInput, Select, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import type { IdentityProviderInWritable, IdentityProviderOut } from "../../api/generated/types.gen";
import { putProvider } from "../../api/settings/providers";
import { useTenant } from "../../components/useTenant";
import { CopyLine } from "../../ui/Copy";
import { SubmitForm } from "../SubmitForm";
import { field, fieldProblem, namesIn, secretField } from "../fields";

const MEMBERS_ONLY = "members only";
const NEWCOMERS = [
  { value: MEMBERS_ONLY, label: "stays outside: members only" },
  { value: "viewer", label: "becomes a viewer" },
  { value: "author", label: "becomes an author" },
  { value: "approver", label: "becomes an approver" },
];
const FIELDS = ["/name", "/title", "/issuer", "/client_id", "/client_secret", "/email_domains"];

const isName = (text: string) => /^[a-z0-9](-?[a-z0-9]){0,39}$/.test(text);

function entered(form: FormData, isKnown: boolean): IdentityProviderInWritable {
  const secret = secretField(form, "client_secret");
  const role = field(form, "newcomer_role");
  return {
    title: field(form, "title"),
    issuer: field(form, "issuer"),
    client_id: field(form, "client_id"),
    // Left empty, the one that is kept stays.
    client_secret: secret === "" && isKnown ? null : secret,
    email_domains: namesIn(field(form, "email_domains")),
    newcomer_role: role === MEMBERS_ONLY ? null : (role as IdentityProviderInWritable["newcomer_role"]),
  };
}

/** Sets up an identity provider, or changes `known`. */
export function PutProvider({ known, onPut }: { known?: IdentityProviderOut; onPut: () => Promise<void> }) {
  const { tenant } = useTenant();
  const [name, setName] = useState(known?.name ?? "");
  const put = useMutation({
    mutationFn: (body: IdentityProviderInWritable) => putProvider(tenant.slug, name, body),
    onSuccess: onPut,
  });
  const problem = (path: string) => fieldProblem(put.error, path);
  return (
    <SubmitForm
      send={put}
      read={(form) => entered(form, known !== undefined)}
      submit={known ? "Save" : "Set up"}
      reason={may(tenant, "tenant:manage")}
      layout="below"
      beside={FIELDS}
      autoComplete="off"
      maw={640}
    >
      <Group align="start" gap="sm" grow>
        <TextInput
          label="Name"
          description="In its addresses: a-z, 0-9, hyphens"
          placeholder="okta"
          value={name}
          onChange={(event) => setName(event.currentTarget.value.trim().toLowerCase())}
          disabled={known !== undefined}
          required
          withAsterisk={false}
          error={problem("/name")}
        />
        <TextInput
          label="Button"
          description="Continue with …"
          placeholder="Acme staff"
          name="title"
          defaultValue={known?.title}
          required
          withAsterisk={false}
          error={problem("/title")}
        />
      </Group>
      {isName(name) && (
        <Input.Wrapper label="Redirect address" description="Register it at the provider">
          <CopyLine
            label="Redirect address"
            value={`${window.location.origin}/t/${tenant.slug}/sign-in/${name}/callback`}
          />
        </Input.Wrapper>
      )}
      <TextInput
        label="Issuer"
        description="Exactly as the provider spells it; its /.well-known/openid-configuration is read now"
        placeholder="https://login.acme.com"
        name="issuer"
        type="url"
        defaultValue={known?.issuer}
        required
        withAsterisk={false}
        error={problem("/issuer")}
      />
      <Group align="start" gap="sm" grow>
        <TextInput
          label="Client id"
          name="client_id"
          defaultValue={known?.client_id}
          required
          withAsterisk={false}
          error={problem("/client_id")}
        />
        <PasswordInput
          label="Client secret"
          placeholder={known ? "as it is" : "none: a public client"}
          name="client_secret"
          autoComplete="new-password"
          error={problem("/client_secret")}
        />
      </Group>
      <Group align="start" gap="sm" grow>
        <TextInput
          label="Domains of email addresses it vouches for"
          placeholder="acme.com"
          name="email_domains"
          defaultValue={known?.email_domains.join(", ")}
          required
          withAsterisk={false}
          error={problem("/email_domains")}
        />
        <Select
          label="Somebody whom nobody has added"
          name="newcomer_role"
          data={NEWCOMERS}
          defaultValue={known?.newcomer_role ?? MEMBERS_ONLY}
          allowDeselect={false}
        />
      </Group>
    </SubmitForm>
  );
}
