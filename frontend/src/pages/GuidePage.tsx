import { TextInput } from "@mantine/core";
import { useDebouncedCallback } from "@mantine/hooks";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi, useLocation } from "@tanstack/react-router";
import { useEffect, useMemo } from "react";
import { guideQuery } from "../api/tools/guide";
import { GuideSection } from "../components/guide/GuideSection";
import { found, sectionsOf } from "../components/guide/sections";
import { useTenant } from "../components/useTenant";
import { ProblemNote } from "../ui/Note";
import { Empty, Page, Panel } from "../ui/Page";
import { Icon } from "../ui/marks/icons";
import styles from "./GuidePage.module.css";

const route = getRouteApi("/tenants/$tenant/guide");

/** What an agent reads before it writes a tool, for people: the same text, with its contents and a search. */
export default function GuidePage() {
  const { tenant } = useTenant();
  const { q = "" } = route.useSearch();
  const navigate = route.useNavigate();
  const { hash } = useLocation();
  const { data, error } = useQuery(guideQuery(tenant.slug));
  const sections = useMemo(() => sectionsOf(data?.text ?? ""), [data]);
  const shown = found(sections, q);
  const search = useDebouncedCallback(
    (typed: string) => navigate({ search: { q: typed.trim() || undefined }, replace: true, resetScroll: false }),
    150,
  );
  // The text comes after the page: what the address names can be gone to only now.
  useEffect(() => {
    const heading = data && hash ? document.getElementById(hash) : null;
    heading?.scrollIntoView();
    heading?.focus({ preventScroll: true });
  }, [data, hash]);
  return (
    <Page title="Guide" lead="How a tool is written, and what it must pass. Agents read the same, by read_guide.">
      <ProblemNote error={error} />
      <div className={styles.columns}>
        <nav aria-label="Contents" className={styles.contents}>
          <TextInput
            aria-label="Search the guide"
            placeholder="Search the guide"
            size="xs"
            defaultValue={q}
            leftSection={<Icon name="search" size={14} />}
            onChange={(event) => search(event.currentTarget.value)}
          />
          <p role="status" className={styles.count}>
            {data && q !== "" && `${shown.length} of ${sections.length} sections`}
          </p>
          <ul>
            {shown.map((section) => (
              <li key={section.id} data-level={section.level}>
                <Link
                  to="/tenants/$tenant/guide"
                  params={{ tenant: tenant.slug }}
                  search={(now) => now}
                  hash={section.id}
                >
                  {section.title}
                </Link>
              </li>
            ))}
          </ul>
        </nav>
        <Panel>
          {data && shown.length === 0 && (
            <Empty title={`No section has “${q}” in it`}>Search for fewer words, or for a part of one.</Empty>
          )}
          {shown.map((section) => (
            <GuideSection key={section.id} section={section} />
          ))}
        </Panel>
      </div>
    </Page>
  );
}
