import { Checkbox, NativeSelect, NumberInput } from "@mantine/core";
import { useMutation, useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { may } from "../../api/permissions";
import { toolNamesQuery } from "../../api/runs/overview";
import { type AlertKind, setAlert } from "../../api/settings/alerts";
import { ALERT_KINDS, SPAN_CHOICES } from "../../components/settings/alertKinds";
import { useTenant } from "../../components/useTenant";
import { SubmitForm } from "../SubmitForm";

const KINDS = Object.entries(ALERT_KINDS).map(([value, { label }]) => ({ value, label }));

type SetAlertProps = { writesLetters: boolean; onSet: () => Promise<void> };

/** What one wants to hear of. Each kind has its unit, and some of them a tool and a span. */
export function SetAlert({ writesLetters, onSet }: SetAlertProps) {
  const { tenant } = useTenant();
  const [kind, choose] = useState<AlertKind>("failures");
  const [threshold, count] = useState<number | string>(ALERT_KINDS.failures.usual);
  const [tool, of] = useState("");
  const [span, within] = useState("60");
  const [byLetter, write] = useState(writesLetters);
  const { data: tools } = useQuery(toolNamesQuery(tenant.slug));
  const { unit, hasTool, hasSpan } = ALERT_KINDS[kind];
  const set = useMutation({
    meta: { said: "The alert is set. It looks within seconds." },
    mutationFn: () =>
      setAlert(tenant.slug, {
        kind,
        threshold: Number(threshold),
        span_minutes: hasSpan ? Number(span) : undefined,
        tool: (hasTool && tool) || null,
        by_letter: byLetter,
      }),
    onSuccess: onSet,
  });
  return (
    <SubmitForm send={set} read={() => undefined} submit="Set" reason={may(tenant, "tenant:manage")} layout="below">
      <NativeSelect
        label="Tell me when"
        size="sm"
        maw={420}
        data={KINDS}
        value={kind}
        onChange={(event) => {
          const next = event.currentTarget.value as AlertKind;
          choose(next);
          count(ALERT_KINDS[next].usual);
        }}
      />
      <NumberInput label={`${unit}, at least`} size="sm" maw={420} min={1} allowDecimal={false} value={threshold} onChange={count} />
      {hasTool && (
        <NativeSelect
          label="Of which tool"
          size="sm"
          maw={420}
          data={[
            { value: "", label: "All tools together" },
            ...(tools?.items ?? []).map(({ name }) => ({ value: name, label: name })),
          ]}
          value={tool}
          onChange={(event) => of(event.currentTarget.value)}
        />
      )}
      {hasSpan && (
        <NativeSelect
          label="Within"
          size="sm"
          maw={420}
          data={SPAN_CHOICES}
          value={span}
          onChange={(event) => within(event.currentTarget.value)}
        />
      )}
      <Checkbox
        size="sm"
        label="Write letters to me"
        description={
          writesLetters
            ? "One when it begins, one when it is over. Others ask for theirs themselves."
            : "This server writes no letters: its operator sets SEALWRIGHT_MAIL_FROM."
        }
        checked={byLetter}
        disabled={!writesLetters}
        onChange={(event) => write(event.currentTarget.checked)}
      />
    </SubmitForm>
  );
}
