import { JsonInput } from "@mantine/core";
import { type ReactNode, useEffect, useEffectEvent, useState } from "react";

type JsonFieldProps = {
  label: string;
  description: ReactNode;
  withAsterisk: boolean;
  error: string | undefined;
  value: unknown;
  onChange: (next: unknown) => void;
  onBroken: (isBroken: boolean) => void;
};

const textOf = (value: unknown) => (value === undefined ? "" : JSON.stringify(value, null, 2));

/** A part as JSON. The text is the field's own while it is being typed: half a list is not JSON yet. */
export function JsonField({ value, error, onChange, onBroken, ...field }: JsonFieldProps) {
  const [text, setText] = useState(() => textOf(value));
  const [told, setTold] = useState(() => textOf(value));
  const [isBroken, setBroken] = useState(false);
  if (textOf(value) !== told) {
    // It was changed elsewhere: in the text beside the form, or with what holds it.
    setTold(textOf(value));
    setText(textOf(value));
    setBroken(false);
  }
  const tell = useEffectEvent(onBroken);
  useEffect(() => {
    tell(isBroken);
    return () => tell(false); // a field that is gone keeps nobody from sending
  }, [isBroken]);
  function change(next: string) {
    setText(next);
    try {
      const read: unknown = next.trim() === "" ? undefined : JSON.parse(next);
      setTold(textOf(read));
      onChange(read);
      setBroken(false);
    } catch {
      setBroken(true);
    }
  }
  return (
    <JsonInput
      {...field}
      size="sm"
      autosize
      minRows={2}
      maxRows={14}
      styles={{ input: { fontFamily: "var(--font-code)", fontSize: 12.5 } }}
      value={text}
      error={isBroken ? "This is not JSON yet." : error}
      onChange={change}
    />
  );
}
