import { ReasonButton } from "../../ui/ReasonButton";
import { AskButton } from "../../ui/dialogs/AskButton";

type RowActionProps = {
  /** What the button does, as it says. */
  verb: string;
  /** What it does it to: its name for those who do not see the row. */
  to: string;
  /** For what cannot be taken back: what happens then. It is asked about first. */
  ask?: string;
  reason?: string | null;
  loading?: boolean;
  onClick: () => void;
};

/** A button of one row. */
export function RowAction({ verb, to, ask, reason = null, loading, onClick }: RowActionProps) {
  const button = { size: "compact-xs", reason, loading, "aria-label": `${verb} ${to}`, children: verb };
  return ask === undefined ? (
    <ReasonButton {...button} onClick={onClick} />
  ) : (
    <AskButton {...button} question={{ title: `${verb} ${to}?`, what: ask, yes: verb }} onYes={onClick} />
  );
}
