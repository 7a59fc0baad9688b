import { ReasonButton } from "../../ui/ReasonButton";

type RowActionProps = {
  /** What the button does, as it says. */
  verb: string;
  /** What it does it to: its name for those who do not see the row. */
  to: string;
  reason?: string | null;
  loading?: boolean;
  onClick: () => void;
};

/** A button of one row. */
export function RowAction({ verb, to, reason = null, loading, onClick }: RowActionProps) {
  return (
    <ReasonButton
      size="compact-xs"
      reason={reason}
      loading={loading}
      aria-label={`${verb} ${to}`}
      onClick={onClick}
    >
      {verb}
    </ReasonButton>
  );
}
