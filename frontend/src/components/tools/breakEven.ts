import type { EconomicsOut } from "../../api/generated/types.gen";

type Of = Pick<EconomicsOut, "succeeded"> & {
  spent: { usd: number };
  per_run: { saved_usd: number };
  break_even: { runs: number | null };
};

/** How many runs a curve goes on for, how much money it is high, and at which run it is even: null where it never is. */
export function curveOf({ succeeded, spent, per_run: perRun, break_even: even }: Of) {
  // Both what has been and where it is even stand within it, with some room behind.
  const runsShown = Math.max(10, Math.ceil(1.25 * Math.max(succeeded, even.runs ?? 0)));
  return { runsShown, top: Math.max(spent.usd, perRun.saved_usd * runsShown, 1e-9), needed: even.runs };
}
