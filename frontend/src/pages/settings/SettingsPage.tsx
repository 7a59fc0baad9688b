import { getRouteApi } from "@tanstack/react-router";
import { Missing } from "../../components/frame/Root";
import { AgentsSection } from "./AgentsSection";
import { AuditSection } from "./AuditSection";
import { ConnectionsSection } from "./ConnectionsSection";
import { FilesSection } from "./FilesSection";
import { KeysSection } from "./KeysSection";
import { MembersSection } from "./MembersSection";
import { PolicySection } from "./PolicySection";
import { SignInSection } from "./SignInSection";
import { UsageSection } from "./UsageSection";
import { WebhooksSection } from "./WebhooksSection";
import { SecretsSection } from "./SecretsSection";

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
