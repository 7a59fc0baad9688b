import { TextInput } from "@mantine/core";

type SearchFieldProps = { label: string; hint: string; text?: string; onSearch: (text: string) => void };

export function SearchField({ label, hint, text, onSearch }: SearchFieldProps) {
  return (
    <TextInput
      aria-label={label}
      placeholder={hint}
      size="xs"
      w={240}
      defaultValue={text ?? ""}
      onChange={(event) => onSearch(event.currentTarget.value)}
    />
  );
}
