import { useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { accountQuery } from "../../api/account/account";
import { sessionQuery } from "../../api/account/session";
import { ProblemNote } from "../../ui/Note";
import { Page } from "../../ui/Page";
import { AddressPanel } from "./AddressPanel";
import { BrowsersPanel } from "./BrowsersPanel";
import { PasswordPanel } from "./PasswordPanel";
import { SecondFactorPanel } from "./SecondFactorPanel";

export default function ProfilePage() {
  const { data: session } = useSuspenseQuery(sessionQuery);
  const account = useQuery(accountQuery);
  const tenant = session?.tenants[0];
  const back = tenant && (
    <Link to="/tenants/$tenant/tools" params={{ tenant: tenant.slug }}>
      {tenant.name}
    </Link>
  );
  return (
    <main id="main">
      <Page
        title="Profile and security"
        crumbs={back}
        lead="How you sign in, and where you are signed in now."
      >
        <ProblemNote error={account.error} />
        {account.data && (
          <>
            <AddressPanel account={account.data} />
            <SecondFactorPanel account={account.data} />
            {account.data.is_own && <PasswordPanel />}
            <BrowsersPanel />
          </>
        )}
      </Page>
    </main>
  );
}
