import { Button, NativeSelect, TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { Fragment, useState } from "react";
import type { AuditSearch } from "../../api/addresses/search";
import { may } from "../../api/permissions";
import { type Range, beginOf } from "../../api/runs/runs";
import { type AuditEvent, auditQuery } from "../../api/settings/audit";
import { ListPage } from "../../components/lists/ListPage";
import { ListPanel } from "../../components/lists/ListPanel";
import { Pager } from "../../components/Pager";
import { RANGES } from "../../components/runs/ranges";
import { KINDS, changesOf, placeOf, valueText } from "../../components/settings/auditPlaces";
import { useTenant } from "../../components/useTenant";
import { VerifyAudit } from "../../forms/settings/VerifyAudit";
import { Empty } from "../../ui/Page";
import { ACTIONS, type Columns, Table } from "../../ui/Table";
import { Time } from "../../ui/Time";
import { when, words } from "../../ui/format";

const route = getRouteApi("/tenants/$tenant/settings/$section");
const COLUMNS: Columns = [["No.", "end"], "What", "Subject", "Who", "When", "Chained as", ACTIONS];

/** `version.approved` as a person says it. */
const said = (action: string) => words(action.replaceAll(".", " "));

export function AuditSection() {
  const { tenant } = useTenant();
  const { cursor, range, kind, who, about } = route.useSearch();
  const search = { kind, who, about };
  const navigate = route.useNavigate();
  const reason = may(tenant, "audit:read");
  const filter = { ...search, since: range && beginOf(range), cursor };
  const { data, error } = useQuery({ ...auditQuery(tenant.slug, filter), enabled: reason === null });
  const narrow = (change: AuditSearch) =>
    navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true });
  return (
    <ListPage
      title="Audit trail"
      lead="Each record carries the hash of the one before it: none can be changed or taken out unnoticed."
      reason={reason}
      error={error}
    >
      <VerifyAudit reason={reason} />
      {data && (
        <ListPanel
          items={data.items}
          label="Audit trail"
          columns={COLUMNS}
          bar={<AuditFilters search={{ ...search, range }} onNarrow={narrow} />}
          empty={<Empty title="Nothing of the kind">No event of the trail is what is looked for here.</Empty>}
          renderRow={(event) => <EventRows key={event.seq} event={event} />}
        >
          <Pager
            cursor={cursor}
            nextCursor={data.next_cursor}
            onPage={(next) => navigate({ search: (now) => ({ ...now, cursor: next }) })}
          />
        </ListPanel>
      )}
    </ListPage>
  );
}

type AuditFiltersProps = { search: AuditSearch; onNarrow: (change: AuditSearch) => void };

function AuditFilters({ search, onNarrow }: AuditFiltersProps) {
  const who = useDebouncedCallback((text: string) => onNarrow({ who: text || undefined }), 250);
  const about = useDebouncedCallback((text: string) => onNarrow({ about: text || undefined }), 250);
  return (
    <>
      <NativeSelect
        aria-label="About"
        size="xs"
        data={KINDS}
        value={search.kind ?? ""}
        onChange={(event) => onNarrow({ kind: event.currentTarget.value || undefined })}
      />
      <TextInput
        aria-label="Who"
        placeholder="Who"
        size="xs"
        w={140}
        defaultValue={search.who ?? ""}
        onChange={(event) => who(event.currentTarget.value.trim())}
      />
      <TextInput
        aria-label="Subject"
        placeholder="Part of the subject"
        size="xs"
        w={170}
        defaultValue={search.about ?? ""}
        onChange={(event) => about(event.currentTarget.value.trim())}
      />
      <NativeSelect
        aria-label="When"
        size="xs"
        data={RANGES}
        value={search.range ?? ""}
        onChange={(event) => onNarrow({ range: (event.currentTarget.value || undefined) as Range | undefined })}
      />
    </>
  );
}

/** One event, and below it what it says in full once it is opened. */
function EventRows({ event }: { event: AuditEvent }) {
  const [isOpen, open] = useState(false);
  return (
    <Fragment>
      <tr>
        <td data-align="end">{event.seq}</td>
        <td>{said(event.action)}</td>
        <td>
          <Subject event={event} />
        </td>
        <td>{event.actor.label}</td>
        <td>
          <Time iso={event.created_at} />
        </td>
        <td>
          <code title={event.hash}>{event.hash.slice(0, 12)}</code>
        </td>
        <td data-align="end">
          <Button size="compact-xs" aria-expanded={isOpen} aria-label={`Details of ${event.seq}`} onClick={() => open(!isOpen)}>
            Details
          </Button>
        </td>
      </tr>
      {isOpen && (
        <tr>
          <td colSpan={COLUMNS.length}>
            <Detail event={event} />
          </td>
        </tr>
      )}
    </Fragment>
  );
}

function Subject({ event }: { event: AuditEvent }) {
  const { tenant } = useTenant();
  const place = placeOf(tenant.slug, event);
  const subject = event.subject;
  return place === undefined ? <code>{subject}</code> : <Link to={place}>{subject}</Link>;
}

function Detail({ event }: { event: AuditEvent }) {
  const changes = changesOf(event);
  return (
    <>
      <p>
        {when(event.created_at)}, by {words(event.actor.kind)} <code>{event.actor.id}</code>. Hash{" "}
        <code>{event.hash}</code>.
      </p>
      {changes.length > 0 && (
        <Table label={`What event ${event.seq} says`} columns={["Of what", "Before", "After"]}>
          {changes.map((change) => (
            <tr key={change.name}>
              <td>{words(change.name) || "it"}</td>
              <td>{valueText(change.before)}</td>
              <td>{valueText(change.after)}</td>
            </tr>
          ))}
        </Table>
      )}
    </>
  );
}
