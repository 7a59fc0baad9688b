import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";
import type { AttentionOut } from "../../api/generated/types.gen";
import { Panel } from "../../ui/Page";
import { Time } from "../../ui/Time";
import { count } from "../../ui/format";
import { Icon, type IconName } from "../../ui/marks/icons";
import styles from "./Waiting.module.css";

/** What waits for a person: what stops tools first, what will stop them next. */
export function Waiting({ tenant, waiting }: { tenant: string; waiting: AttentionOut }) {
  const rows = [...decisions(tenant, waiting), ...troubles(tenant, waiting)].filter(Boolean);
  return (
    <Panel title="Waits for you" aside={rows.length > 0 ? undefined : "nothing"} flush={rows.length > 0}>
      {rows.length === 0 ? (
        <p className={styles.nothing}>
          <Icon name="check" /> No version, question or effect waits for a person, and nothing that runs by itself fails.
        </p>
      ) : (
        <ul className={styles.list}>{rows}</ul>
      )}
    </Panel>
  );
}

function Row({ icon, since, children }: { icon: IconName; since?: string; children: ReactNode }) {
  return (
    <li className={styles.row}>
      <Icon name={icon} />
      <span className={styles.what}>{children}</span>
      {since && <Time iso={since} />}
    </li>
  );
}

function decisions(tenant: string, { versions, outside, questions, uncertain }: AttentionOut): ReactNode[] {
  const moreVersions = versions.count - versions.items.length;
  const moreQuestions = (questions?.count ?? 0) - (questions?.items.length ?? 0);
  return [
    ...versions.items.map(({ tool, number, author, since }) => (
      <Row key={`version ${tool} ${number}`} icon="lock" since={since}>
        <Link
          to="/tenants/$tenant/tools/$name/versions/$number"
          params={{ tenant, name: tool, number: String(number) }}
        >
          Review <code>{tool}</code> version {number}
        </Link>
        , written by {author}
      </Row>
    )),
    moreVersions > 0 && (
      <Row key="versions" icon="lock">
        and {count(moreVersions)} more versions
      </Row>
    ),
    ...outside.map(({ tool, number, cases }) => (
      <Row key={`outside ${tool} ${number}`} icon="cross">
        <Link to="/tenants/$tenant/tools/$name" params={{ tenant, name: tool }} search={{ tab: "cases" }}>
          <code>{tool}</code> version {number}
        </Link>{" "}
        fails {cases === 1 ? "a case" : `${count(cases)} cases`} that somebody else wrote
      </Row>
    )),
    ...(questions?.items ?? []).map(({ run, tool, question, since }) => (
      <Row key={`question ${run} ${question}`} icon="questions" since={since}>
        <Link to="/tenants/$tenant/questions" params={{ tenant }}>
          Answer <code>{tool}</code>
        </Link>
        : {question}
      </Row>
    )),
    moreQuestions > 0 && (
      <Row key="questions" icon="questions">
        and {count(moreQuestions)} more questions
      </Row>
    ),
    (uncertain ?? 0) > 0 && (
      <Row key="uncertain" icon="warn">
        <Link to="/tenants/$tenant/questions" params={{ tenant }}>
          Settle {uncertain === 100 ? "100 or more" : uncertain} effects
        </Link>{" "}
        that nobody knows the end of
      </Row>
    ),
  ];
}

function troubles(tenant: string, { left_behind: leftBehind, schedules, keys, secrets, webhooks }: AttentionOut): ReactNode[] {
  return [
    ...leftBehind.map(({ tool, number }) => (
      <Row key={`left behind ${tool} ${number}`} icon="warn">
        <Link
          to="/tenants/$tenant/tools/$name/versions/$number"
          params={{ tenant, name: tool, number: String(number) }}
        >
          <code>{tool}</code> version {number}
        </Link>{" "}
        does not answer as before on this release: it serves as it was sealed, until you submit a new version
      </Row>
    )),
    ...(schedules ?? []).map(({ id, tool, outcome }) => (
      <Row key={id} icon="clock">
        <Link to="/tenants/$tenant/schedules" params={{ tenant }}>
          The schedule of <code>{tool}</code>
        </Link>{" "}
        {outcome === null ? "could not call it" : `ended ${outcome} the last time`}
      </Row>
    )),
    ...(webhooks ?? []).map(({ url, given_up: givenUp }) => (
      <Row key={url} icon="connect">
        <Link to="/tenants/$tenant/settings/$section" params={{ tenant, section: "webhooks" }}>
          {url}
        </Link>{" "}
        did not take {count(givenUp)} notices
      </Row>
    )),
    ...(secrets ?? []).map(({ name, ends }) => (
      <Row key={`secret ${name}`} icon="lock" since={ends}>
        <Link to="/tenants/$tenant/settings/$section" params={{ tenant, section: "secrets" }}>
          The secret {name}
        </Link>{" "}
        {new Date(ends) < new Date() ? "has expired" : "expires soon"}
      </Row>
    )),
    ...(keys ?? []).map(({ name, ends }) => (
      <Row key={`key ${name} ${ends}`} icon="lock" since={ends}>
        <Link to="/tenants/$tenant/settings/$section" params={{ tenant, section: "keys" }}>
          The API key {name}
        </Link>{" "}
        ends soon
      </Row>
    )),
  ];
}
