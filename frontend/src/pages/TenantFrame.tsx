import { Outlet } from "@tanstack/react-router";
import { useTenantEvents } from "../api/events/events";
import { Sidebar } from "../components/frame/Sidebar";
import { useTenant } from "../components/useTenant";
import { Announcer } from "../components/signs/Announcer";
import { Outage } from "../components/signs/Outage";
import styles from "./TenantFrame.module.css";

export default function TenantFrame() {
  const { tenant } = useTenant();
  useTenantEvents(tenant.slug);
  return (
    <div className={styles.frame}>
      <a className="skip" href="#main">
        Skip to content
      </a>
      <Sidebar />
      <Announcer />
      <main id="main" tabIndex={-1} className={styles.main}>
        <Outage />
        <Outlet />
      </main>
    </div>
  );
}
