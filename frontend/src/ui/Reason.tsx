import { Tooltip } from "@mantine/core";
import type { ReactElement } from "react";

/** Why not, above what cannot be pressed: for whoever points at it, reaches it or touches it. */
export default function Reason({ why, children }: { why: string; children: ReactElement }) {
  return (
    <Tooltip label={why} events={{ hover: true, focus: true, touch: true }}>
      {children}
    </Tooltip>
  );
}
