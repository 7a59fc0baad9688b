import "./ui/theme/mantine.css";
import "@mantine/notifications/styles.css";
import "./ui/theme/tokens.css";
import { MantineProvider } from "@mantine/core";
import { Notifications, notifications } from "@mantine/notifications";
import { MutationCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider, createRouter } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { ApiError } from "./api/problems";
import { sessionQuery } from "./api/account/session";
import { FailedHere, MissingHere } from "./components/frame/Root";
import { routeTree } from "./routes";
import { theme, variables } from "./ui/theme/theme";

// A session that ended while a page was open: the next look at who is signed in sends the person to the log-in page.
function noticeSignedOut(error: unknown) {
  if (error instanceof ApiError && error.status === 401) {
    queries.setQueryData(sessionQuery.queryKey, null);
    void router.invalidate();
  }
}

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 5_000,
      // What the server refuses it will refuse again; only a lost connection is worth another try.
      retry: (failures, error) => error instanceof ApiError && error.status === 0 && failures < 2,
    },
  },
  mutationCache: new MutationCache({
    onError: noticeSignedOut,
    onSuccess: (_data, _sent, _context, { meta }) => {
      if (typeof meta?.said === "string") {
        notifications.show({ message: meta.said, role: "status" });
      }
    },
  }),
});
queries.getQueryCache().config.onError = noticeSignedOut;

const router = createRouter({
  routeTree,
  context: { queries },
  defaultErrorComponent: FailedHere,
  defaultNotFoundComponent: MissingHere,
  defaultPreload: "intent",
  defaultPreloadStaleTime: 0,
  scrollRestoration: true,
});

declare module "@tanstack/react-router" {
  interface Register {
    router: typeof router;
  }
}

const root = document.getElementById("root");
if (root) {
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto">
        <Notifications position="bottom-right" autoClose={4_000} />
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
}
