import { useQueryClient } from "@tanstack/react-query";
import { useEffect } from "react";
import { onReturn, useOutage } from "../../api/outage";
import { Icon } from "../../ui/marks/icons";
import styles from "./Outage.module.css";

/** Says that what is shown may be old, and has all of it read again once the server is back. */
export function Outage() {
  const queries = useQueryClient();
  const isAway = useOutage();
  useEffect(() => onReturn(() => void queries.invalidateQueries()), [queries]);
  return (
    <div role="status">
      {isAway && (
        <div className={styles.sign}>
          <Icon name="warn" />
          The server cannot be reached. What you see may be old; it comes back by itself.
        </div>
      )}
    </div>
  );
}
