import type { ReplayOut } from "../../api/generated/types.gen";
import { Note } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { milliseconds } from "../../ui/format";
import { Differences } from "../code/Differences";

/** A run executed again from its journal: the same, or what differs. */
export function Replay({ replay }: { replay: ReplayOut }) {
  if (replay.identical) {
    const time = replay.wall_ms === null ? "" : ` It took ${milliseconds(replay.wall_ms)} and`;
    return (
      <Note tone="good" title="Replayed: the same outcome, result, log and fuel, bit for bit.">
        {time || "It"} touched nothing in the world.
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
