import { Divider } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, getRouteApi } from "@tanstack/react-router";
import { useState } from "react";
import { tenantOf } from "../../api/settings/providers";
import { methodsQuery } from "../../api/account/session";
import { Entrance } from "../../components/frame/Entrance";
import { LogIn, ShowSecondFactor } from "../../forms/entrance/LogIn";
import { WaysIn } from "../../forms/entrance/WaysIn";
import { ProblemNote } from "../../ui/Note";

const route = getRouteApi("/login");

export default function LogInPage() {
  const { next, tenant, step } = route.useSearch();
  const [asked, setAsked] = useState<string[] | null>(null);
  if (asked) {
    return (
      <Entrance title="Show that it is you">
        <ShowSecondFactor next={next} methods={asked} />
      </Entrance>
    );
  }
  if (step === "second") {
    return <SecondStep next={next} />;
  }
  return (
    <Entrance title="Log in">
      <LogIn next={next} onAsked={setAsked} />
      <p>
        <Link to="/reset-password">Forgot your password?</Link>
      </p>
      <Divider label="or" my="md" />
      <WaysIn key={tenant} tenant={tenant ?? tenantOf(next)} next={next} />
      <p>
        New here?{" "}
        <Link to="/signup" search={{ next }}>
          Sign up
        </Link>
      </p>
    </Entrance>
  );
}

/** For who comes back from an identity provider, and has a second factor here. */
function SecondStep({ next }: { next: string | undefined }) {
  const methods = useQuery(methodsQuery);
  return (
    <Entrance title="Show that it is you">
      <ProblemNote error={methods.error} />
      {methods.data && <ShowSecondFactor next={next} methods={methods.data.second_factor} />}
      <p>
        <Link to="/login" search={{ next }}>
          Log in another way
        </Link>
      </p>
    </Entrance>
  );
}
