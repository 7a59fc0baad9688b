import { Link } from "@tanstack/react-router";
import { useScrolling } from "../../ui/scrolling/useScrolling";
import { useTenant } from "../useTenant";
import styles from "./GuideSection.module.css";
import type { Block, Section } from "./sections";

/** One section of the guide, with an address of its own. */
export function GuideSection({ section }: { section: Section }) {
  const { tenant } = useTenant();
  const Heading = section.level <= 2 ? "h2" : "h3";
  return (
    <section aria-labelledby={section.id} className={styles.section}>
      <Heading id={section.id} className={styles.heading} tabIndex={-1}>
        <Link to="/tenants/$tenant/guide" params={{ tenant: tenant.slug }} search={(now) => now} hash={section.id}>
          {section.title}
        </Link>
      </Heading>
      {section.blocks.map((block, at) => (
        // The parts of a fixed text: their place is their name.
        // oxlint-disable-next-line react/no-array-index-key
        <Shown key={at} block={block} />
      ))}
    </section>
  );
}

function Shown({ block }: { block: Block }) {
  if (block.kind === "code") {
    return <CodeBlock text={block.text} />;
  }
  if (block.kind === "list") {
    return (
      <ul className={styles.list}>
        {block.items.map((item) => (
          <li key={item}>
            <Inline text={item} />
          </li>
        ))}
      </ul>
    );
  }
  return (
    <p className={styles.text}>
      <Inline text={block.text} />
    </p>
  );
}

function CodeBlock({ text }: { text: string }) {
  const scrolling = useScrolling<HTMLPreElement>("Code");
  return (
    <pre className={styles.code} {...scrolling}>
      {text}
    </pre>
  );
}

/** `code` and **weight**; nothing else is markup. */
function Inline({ text }: { text: string }) {
  return text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part, at) => {
    const key = `${at} ${part}`;
    if (part.startsWith("`") && part.length > 2) {
      return <code key={key}>{part.slice(1, -1)}</code>;
    }
    return part.startsWith("**") && part.length > 4 ? <strong key={key}>{part.slice(2, -2)}</strong> : part;
  });
}
