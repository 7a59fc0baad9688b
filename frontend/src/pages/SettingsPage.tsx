import { getRouteApi } from "@tanstack/react-router";
import { Missing } from "../components/Root";
import { AgentsSection } from "./settings/AgentsSection";
import { AuditSection } from "./settings/AuditSection";
import { ConnectionsSection } from "./settings/ConnectionsSection";
import { FilesSection } from "./settings/FilesSection";
import { KeysSection } from "./settings/KeysSection";
import { MembersSection } from "./settings/MembersSection";
import { PolicySection } from "./settings/PolicySection";
import { SignInSection } from "./settings/SignInSection";
import { UsageSection } from "./settings/UsageSection";
import { WebhooksSection } from "./settings/WebhooksSection";
import { SecretsSection } from "./settings/SecretsSection";

const route = getRouteApi("/tenants/$tenant/settings/$section");

export default function SettingsPage() {
  const { section } = route.useParams();
  switch (section) {
    case "members":
      return <MembersSection />;
    case "sign-in":
      return <SignInSection />;
    case "keys":
      return <KeysSection />;
    case "agents":
      return <AgentsSection />;
    case "secrets":
      return <SecretsSection />;
    case "connections":
      return <ConnectionsSection />;
    case "files":
      return <FilesSection />;
    case "webhooks":
      return <WebhooksSection />;
    case "policy":
      return <PolicySection />;
    case "usage":
      return <UsageSection />;
    case "audit":
      return <AuditSection />;
    default:
      return <Missing />;
  }
}
