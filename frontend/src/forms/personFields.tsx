import { PasswordInput, TextInput } from "@mantine/core";
import { fieldProblem } from "./fields";

type FieldProps = {
  label?: string;
  description?: string;
  /** What the server said of the form: its word on this field stands beside it. */
  error?: unknown;
  autoFocus?: boolean;
};

export function NameField({ error, autoFocus }: FieldProps) {
  return (
    <TextInput
      label="Your name"
      name="name"
      autoComplete="name"
      required
      autoFocus={autoFocus}
      withAsterisk={false}
      error={fieldProblem(error, "/name")}
    />
  );
}

export function EmailField({ error, autoFocus }: FieldProps) {
  return (
    <TextInput
      label="Email"
      name="email"
      type="email"
      autoComplete="username"
      required
      autoFocus={autoFocus}
      withAsterisk={false}
      error={fieldProblem(error, "/email")}
    />
  );
}

/** The address that is given already. For password managers: whose password it is. */
export function GivenEmail({ email }: { email: string }) {
  return <TextInput label="Email" type="email" autoComplete="username" value={email} readOnly />;
}

/** The password that somebody has; `name`: its field, and where the server's word on it stands. */
export function PasswordField({
  name = "password",
  label = "Password",
  description,
  error,
  autoFocus,
}: FieldProps & { name?: string }) {
  return (
    <PasswordInput
      label={label}
      description={description}
      name={name}
      autoComplete="current-password"
      required
      autoFocus={autoFocus}
      data-autofocus={autoFocus}
      withAsterisk={false}
      error={fieldProblem(error, `/${name}`)}
    />
  );
}

/** A password to be. */
export function NewPasswordField({
  label = "Password",
  description = "At least 10 characters",
  error,
  autoFocus,
}: FieldProps) {
  return (
    <PasswordInput
      label={label}
      description={description}
      name="password"
      autoComplete="new-password"
      minLength={10}
      required
      autoFocus={autoFocus}
      withAsterisk={false}
      error={fieldProblem(error, "/password")}
    />
  );
}
