import { ActionIcon, CopyButton, Tooltip } from "@mantine/core";
import { Icon } from "./marks/icons";
import styles from "./Copy.module.css";

export function Copy({ value, label }: { value: string; label: string }) {
  return (
    <CopyButton value={value} timeout={1_500}>
      {({ copied, copy }) => (
        <Tooltip label={copied ? "Copied" : label}>
          <ActionIcon variant="subtle" color="gray" size="sm" aria-label={label} onClick={copy}>
            <Icon name={copied ? "check" : "copy"} size={14} />
          </ActionIcon>
        </Tooltip>
      )}
    </CopyButton>
  );
}

/** Text to be pasted elsewhere, with its copy button. */
export function CopyLine({ value, label }: { value: string; label: string }) {
  return (
    <div className={styles.line}>
      <pre className={styles.text} tabIndex={0} aria-label={label}>
        {value}
      </pre>
      <Copy value={value} label={`Copy: ${label}`} />
    </div>
  );
}
