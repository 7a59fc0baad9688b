import type { ReactNode } from "react";
import { Mark } from "../../ui/marks/Seal";
import styles from "./Entrance.module.css";

/** The frame of the pages before the dashboard: what this is, and one form. */
export function Entrance({ title, children }: { title: string; children: ReactNode }) {
  return (
    <main className={styles.entrance}>
      <div className={styles.side}>
        <div className={styles.brand}>
          <Mark size={34} />
          <span>Sealwright</span>
        </div>
        <p className={styles.promise}>
          Write the code once, prove it, seal it, and call it forever after as a tool.
        </p>
        <ol className={styles.steps}>
          <li>Say what a tool must do: its schema, its examples, what it may reach.</li>
          <li>Code is written, built into a WebAssembly component and put through the gates.</li>
          <li>A person reads the code and the authority it gets, and approves exactly that digest.</li>
          <li>Agents call it over MCP. Every run is recorded.</li>
        </ol>
      </div>
      <div className={styles.form}>
        <h1 className={styles.title}>{title}</h1>
        {children}
      </div>
    </main>
  );
}
