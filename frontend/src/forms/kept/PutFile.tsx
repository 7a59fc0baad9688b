import { FileInput, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import { putFile } from "../../api/settings/files";
import { useTenant } from "../../components/useTenant";
import { SubmitForm } from "../SubmitForm";

/** Puts a file where tools read it, or replaces the one that is there. */
export function PutFile({ onPut }: { onPut: (path: string) => Promise<void> }) {
  const { tenant } = useTenant();
  const [file, choose] = useState<File | null>(null);
  const [path, setPath] = useState("");
  const put = useMutation({
    meta: { said: "The file is there." },
    mutationFn: async (chosen: File) => {
      const to = path.trim();
      await putFile(tenant.slug, to, chosen);
      return to;
    },
    onSuccess: async (to) => {
      choose(null);
      setPath("");
      await onPut(to);
    },
  });
  return (
    <SubmitForm
      send={put}
      read={() => file}
      submit="Put"
      reason={may(tenant, "data:write") ?? (file ? null : "Choose a file first.")}
      layout="row"
    >
      <FileInput
        label="File"
        placeholder="Choose a file"
        value={file}
        onChange={(chosen) => {
          choose(chosen);
          // The path that it suggests, until somebody has written another.
          setPath((before) => (chosen && (before === "" || before === file?.name) ? chosen.name : before));
        }}
        w={260}
      />
      <TextInput
        label="Path that tools read it by"
        placeholder="imports/customers.csv"
        value={path}
        onChange={(event) => setPath(event.currentTarget.value)}
        required
        withAsterisk={false}
        w={300}
      />
    </SubmitForm>
  );
}
