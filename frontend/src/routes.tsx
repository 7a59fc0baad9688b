import type { QueryClient } from "@tanstack/react-query";
import {
  createRootRouteWithContext,
  createRoute,
  lazyRouteComponent,
  redirect,
} from "@tanstack/react-router";
import { type Hours, RANGES } from "./api/runs/overview";
import { sessionQuery } from "./api/account/session";
import { oneOf, paged, runSearch, settingsSearch, text, toolSearch, whole } from "./api/addresses/search";
import { Failed, Missing, MissingHere, Root } from "./components/frame/Root";

type Entering = { context: { queries: QueryClient }; location: { href: string } };
async function demandSession({ context, location }: Entering) {
  if (!(await context.queries.ensureQueryData(sessionQuery))) {
    throw redirect({ to: "/login", search: { next: location.href } });
  }
}

const root = createRootRouteWithContext<{ queries: QueryClient }>()({
  component: Root,
  notFoundComponent: Missing,
  errorComponent: Failed,
});

const index = createRoute({
  getParentRoute: () => root,
  path: "/",
  beforeLoad: async ({ context }) => {
    const session = await context.queries.ensureQueryData(sessionQuery);
    const tenant = session?.tenants[0];
    if (!tenant) {
      throw redirect({ to: "/login" });
    }
    throw redirect({ to: "/tenants/$tenant", params: { tenant: tenant.slug } });
  },
});

const login = createRoute({
  getParentRoute: () => root,
  path: "/login",
  validateSearch: (search): { next?: string; tenant?: string; step?: "second" } => ({
    next: text(search.next),
    tenant: text(search.tenant),
    step: oneOf(["second"] as const, search.step),
  }),
  component: lazyRouteComponent(() => import("./pages/entrance/LogInPage")),
});

const signup = createRoute({
  getParentRoute: () => root,
  path: "/signup",
  validateSearch: (search): { next?: string } => ({ next: text(search.next) }),
  component: lazyRouteComponent(() => import("./pages/entrance/SignUpPage")),
});

const confirm = createRoute({
  getParentRoute: () => root,
  path: "/confirm/$token",
  component: lazyRouteComponent(() => import("./pages/entrance/ConfirmPage")),
});

const forgotten = createRoute({
  getParentRoute: () => root,
  path: "/reset-password",
  component: lazyRouteComponent(() => import("./pages/entrance/ForgottenPage")),
});

const reset = createRoute({
  getParentRoute: () => root,
  path: "/reset-password/$token",
  component: lazyRouteComponent(() => import("./pages/entrance/ResetPage")),
});

const profile = createRoute({
  getParentRoute: () => root,
  path: "/profile",
  validateSearch: (search): { address?: string } => ({ address: text(search.address) }),
  beforeLoad: demandSession,
  component: lazyRouteComponent(() => import("./pages/profile/ProfilePage")),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitations/$token",
  component: lazyRouteComponent(() => import("./pages/entrance/InvitationPage")),
});

const tenant = createRoute({
  getParentRoute: () => root,
  path: "/tenants/$tenant",
  beforeLoad: demandSession,
  component: lazyRouteComponent(() => import("./pages/TenantFrame")),
});

const home = createRoute({
  getParentRoute: () => tenant,
  path: "/",
  validateSearch: (search): { hours?: Hours } => ({
    hours: RANGES.find((range) => range === Number(search.hours)),
  }),
  component: lazyRouteComponent(() => import("./pages/home/HomePage")),
});

const tools = createRoute({
  getParentRoute: () => tenant,
  path: "tools",
  validateSearch: toolSearch,
  component: lazyRouteComponent(() => import("./pages/tools/ToolsPage")),
});

const newTool = createRoute({
  getParentRoute: () => tenant,
  path: "tools/new",
  component: lazyRouteComponent(() => import("./pages/tools/NewToolPage")),
});

const TABS = ["overview", "call", "spec", "cases", "connect"] as const;

const tool = createRoute({
  getParentRoute: () => tenant,
  path: "tools/$name",
  validateSearch: (search): { tab?: (typeof TABS)[number]; like?: string } => ({
    tab: oneOf(TABS, search.tab),
    like: text(search.like),
  }),
  component: lazyRouteComponent(() => import("./pages/tools/ToolPage")),
});

const revise = createRoute({
  getParentRoute: () => tenant,
  path: "tools/$name/spec",
  validateSearch: (search): { like?: string } => ({ like: text(search.like) }),
  component: lazyRouteComponent(() => import("./pages/tools/ReviseToolPage")),
});

const newVersion = createRoute({
  getParentRoute: () => tenant,
  path: "tools/$name/versions/new",
  validateSearch: (search): { from?: number } => ({ from: whole(search.from) }),
  component: lazyRouteComponent(() => import("./pages/versions/NewVersionPage")),
});

const VIEWS = ["changes", "source", "spec"] as const;

const version = createRoute({
  getParentRoute: () => tenant,
  path: "tools/$name/versions/$number",
  validateSearch: (search): { view?: (typeof VIEWS)[number]; line?: number; against?: number } => ({
    view: oneOf(VIEWS, search.view),
    line: whole(search.line),
    against: whole(search.against),
  }),
  component: lazyRouteComponent(() => import("./pages/versions/VersionPage")),
});

const runs = createRoute({
  getParentRoute: () => tenant,
  path: "runs",
  validateSearch: runSearch,
  component: lazyRouteComponent(() => import("./pages/runs/RunsPage")),
});

const run = createRoute({
  getParentRoute: () => tenant,
  path: "runs/$runId",
  component: lazyRouteComponent(() => import("./pages/runs/RunPage")),
});

const compare = createRoute({
  getParentRoute: () => tenant,
  path: "runs/$runId/compare",
  validateSearch: (search): { with?: string } => ({ with: text(search.with) }),
  component: lazyRouteComponent(() => import("./pages/runs/ComparePage")),
});

const questions = createRoute({
  getParentRoute: () => tenant,
  path: "questions",
  validateSearch: (search): { show?: "answered"; cursor?: string } => ({
    show: oneOf(["answered"] as const, search.show),
    cursor: text(search.cursor),
  }),
  component: lazyRouteComponent(() => import("./pages/runs/QuestionsPage")),
});

const schedules = createRoute({
  getParentRoute: () => tenant,
  path: "schedules",
  validateSearch: paged,
  component: lazyRouteComponent(() => import("./pages/runs/SchedulesPage")),
});

const connect = createRoute({
  getParentRoute: () => tenant,
  path: "connect",
  component: lazyRouteComponent(() => import("./pages/ConnectPage")),
});

const reviews = createRoute({
  getParentRoute: () => tenant,
  path: "reviews",
  validateSearch: paged,
  component: lazyRouteComponent(() => import("./pages/review/ReviewsPage")),
});

const guide = createRoute({
  getParentRoute: () => tenant,
  path: "guide",
  validateSearch: (search): { q?: string } => ({ q: text(search.q) }),
  component: lazyRouteComponent(() => import("./pages/GuidePage")),
});

const settings = createRoute({
  getParentRoute: () => tenant,
  path: "settings/$section",
  validateSearch: settingsSearch,
  component: lazyRouteComponent(() => import("./pages/settings/SettingsPage")),
});

/** Whatever else an address says in a tenant: there is nothing there, and the way on stands beside that. */
const nowhere = createRoute({
  getParentRoute: () => tenant,
  path: "$",
  component: MissingHere,
});

const inTenant = [
  home, tools, newTool, tool, revise, newVersion, version, reviews,
  runs, run, compare, questions, schedules, connect, guide, settings, nowhere,
];

export const routeTree = root.addChildren([
  index,
  login,
  signup,
  confirm,
  forgotten,
  reset,
  profile,
  invitation,
  tenant.addChildren(inTenant),
]);
