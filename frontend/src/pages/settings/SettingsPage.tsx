import { getRouteApi } from "@tanstack/react-router";
import type { ComponentType } from "react";
import { MissingHere } from "../../components/frame/Root";
import { type Section, isSection } from "../../components/settings/sections";
import { AlertsSection } from "../kept/AlertsSection";
import { FilesSection } from "../kept/FilesSection";
import { SavedDataSection } from "../kept/SavedDataSection";
import { AgentsSection } from "./AgentsSection";
import { AuditSection } from "./AuditSection";
import { ConnectionsSection } from "./ConnectionsSection";
import { KeysSection } from "./KeysSection";
import { MembersSection } from "./MembersSection";
import { PolicySection } from "./PolicySection";
import { SecretsSection } from "./SecretsSection";
import { SignInSection } from "./SignInSection";
import { UsageSection } from "./UsageSection";
import { WebhooksSection } from "./WebhooksSection";

const route = getRouteApi("/tenants/$tenant/settings/$section");

const PAGES: Record<Section, ComponentType> = {
  members: MembersSection,
  "sign-in": SignInSection,
  keys: KeysSection,
  agents: AgentsSection,
  secrets: SecretsSection,
  connections: ConnectionsSection,
  data: SavedDataSection,
  files: FilesSection,
  webhooks: WebhooksSection,
  alerts: AlertsSection,
  policy: PolicySection,
  usage: UsageSection,
  audit: AuditSection,
};

export default function SettingsPage() {
  const { section } = route.useParams();
  if (!isSection(section)) {
    return <MissingHere />;
  }
  const Section = PAGES[section];
  return <Section />;
}
