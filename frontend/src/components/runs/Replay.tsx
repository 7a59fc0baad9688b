import type { ReplayOut } from "../../api/generated/types.gen";
import { Note } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { milliseconds } from "../../ui/format";
import { Differences } from "../code/Differences";

/** A run executed again from its journal: the same, or what differs. */
export function Replay({ replay }: { replay: ReplayOut }) {
  if (replay.identical) {
    const time = replay.wall_ms === null ? "" : ` It took ${milliseconds(replay.wall_ms)} and`;
    const same =
      replay.note === null
        ? "Replayed: the same outcome, result, log and fuel, bit for bit."
        : "Replayed: the same outcome, result and log.";
    return (
      <Note tone="good" title={same}>
        {time || "It"} touched nothing in the world. {replay.note}
      </Note>
    );
  }
  return (
    <>
      <Note tone="warn" title="The replay differs from what was recorded.">
        {replay.note}
      </Note>
      {replay.differences.length > 0 && (
        <Panel title="Differences" flush>
          <Differences differences={replay.differences} now="replayed" />
        </Panel>
      )}
    </>
  );
}
