import { useQuery } from "@tanstack/react-query";
import { may } from "../../api/permissions";
import type { ExchangeOut, Tokens, VersionOut } from "../../api/generated/types.gen";
import { exchangesQuery } from "../../api/tools/versions";
import { Note } from "../../ui/Note";
import { Panel } from "../../ui/Page";
import { Time } from "../../ui/Time";
import { count, dollars, fuel, words } from "../../ui/format";
import styles from "./Exchanges.module.css";
import { type Said, saidIn } from "./exchangeParts";
import { useTenant } from "../useTenant";

const all = (tokens: Tokens) => tokens.input + tokens.output + tokens.cache_write + tokens.cache_read;

/** What the model was asked for this version, what it answered, and what that cost. */
export function Exchanges({ version }: { version: VersionOut }) {
  const { tenant } = useTenant();
  const { data } = useQuery({
    ...exchangesQuery(tenant.slug, version.tool, version.number),
    enabled: version.generate !== null && may(tenant, "tools:read") === null,
  });
  const held = data?.items ?? [];
  if (held.length === 0) {
    return null;
  }
  const cost = held.reduce((sum, one) => sum + one.usd, 0);
  const tokens = held.reduce((sum, one) => sum + all(one.tokens), 0);
  return (
    <Panel
      title="What the model was asked"
      aside={`${count(held.length)} ${held.length === 1 ? "round" : "rounds"}, ${fuel(tokens)} tokens, ${dollars(cost)}`}
      flush
    >
      {held.map((exchange) => (
        <Round key={exchange.round} exchange={exchange} />
      ))}
    </Panel>
  );
}

function Round({ exchange }: { exchange: ExchangeOut }) {
  const { tokens } = exchange;
  return (
    <details className={styles.round}>
      <summary className={styles.summary}>
        <span className={styles.name}>Round {exchange.round}</span>
        <span className={styles.quiet}>
          <code>{exchange.model}</code>, {count(tokens.input + tokens.cache_read + tokens.cache_write)} tokens
          in ({count(tokens.cache_read)} from its cache), {count(tokens.output)} out, {dollars(exchange.usd)},{" "}
          <Time iso={exchange.created_at} />
        </span>
      </summary>
      <div className={styles.talk}>
        {exchange.request.flatMap((message, at) => saidIn(message, `asked ${at}`)).map((part) => (
          <Part key={part.key} part={part} />
        ))}
        {exchange.reply
          ?.flatMap((block, at) => saidIn({ role: "assistant", content: [block] }, `replied ${at}`))
          .map((part) => <Part key={part.key} part={part} />)}
        {exchange.error && (
          <Note tone="bad" title="No answer came.">
            {exchange.error}
          </Note>
        )}
        {exchange.stop_reason && <p className={styles.quiet}>It stopped: {words(exchange.stop_reason)}.</p>}
      </div>
    </details>
  );
}

function Part({ part }: { part: Said }) {
  return (
    <div className={styles.part}>
      <h3 className={styles.who}>{part.who}</h3>
      {/* Long texts scroll on their own, also with a keyboard. */}
      <pre className={styles.text} tabIndex={0} role="group" aria-label={part.who}>
        {part.text}
      </pre>
    </div>
  );
}
