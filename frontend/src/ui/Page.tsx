import type { ReactNode } from "react";
import styles from "./Page.module.css";

type PageProps = {
  title: ReactNode;
  /** What the browser's tab says, where the title is more than text. */
  name?: string;
  crumbs?: ReactNode;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
};

/** One page: where it is, what it is, what can be done, and its panels. */
export function Page({ title, name, crumbs, lead, actions, children }: PageProps) {
  return (
    <div className={styles.page}>
      <title>{`${name ?? (typeof title === "string" ? title : "Sealwright")} · Sealwright`}</title>
      <header className={styles.head}>
        <div className={styles.titles}>
          {crumbs && (
            <nav aria-label="Breadcrumb" className={styles.crumbs}>
              {crumbs}
            </nav>
          )}
          <h1 className={styles.title}>{title}</h1>
          {lead && <p className={styles.lead}>{lead}</p>}
        </div>
        {actions && <div className={styles.actions}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

type PanelProps = {
  title?: string;
  /** Controls in place of a title. */
  bar?: ReactNode;
  aside?: ReactNode;
  /** Content up to the edges: tables and code. */
  flush?: boolean;
  children: ReactNode;
};

export function Panel({ title, bar, aside, flush = false, children }: PanelProps) {
  return (
    <section className={styles.panel}>
      {(title || bar) && (
        <div className={styles.panelHead}>
          {title && <h2 className={styles.panelTitle}>{title}</h2>}
          {bar}
          {aside && <div className={styles.aside}>{aside}</div>}
        </div>
      )}
      <div className={flush ? undefined : styles.panelBody}>{children}</div>
    </section>
  );
}

/** Label and value pairs in a quiet grid. */
export function Facts({ items }: { items: [label: string, value: ReactNode][] }) {
  return (
    <dl className={styles.facts}>
      {items.map(([label, value]) => (
        <div key={label}>
          <dt>{label}</dt>
          <dd className="num">{value}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a list says when it has nothing: what would be here, and how to get it there. */
export function Empty({ title, children }: { title: string; children: ReactNode }) {
  return (
    <div className={styles.empty}>
      <p className={styles.emptyTitle}>{title}</p>
      <div className={styles.emptyBody}>{children}</div>
    </div>
  );
}
