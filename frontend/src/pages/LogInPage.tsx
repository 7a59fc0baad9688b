import { Divider } from "@mantine/core";
import { Link, getRouteApi } from "@tanstack/react-router";
import { tenantOf } from "../api/providers";
import { Gate } from "../components/Gate";
import { LogIn } from "../forms/LogIn";
import { WaysIn } from "../forms/WaysIn";

const route = getRouteApi("/login");

export default function LogInPage() {
  const { next, tenant } = route.useSearch();
  return (
    <Gate title="Log in">
      <LogIn next={next} />
      <Divider label="or" my="md" />
      <WaysIn key={tenant} tenant={tenant ?? tenantOf(next)} next={next} />
      <p>
        New here?{" "}
        <Link to="/signup" search={{ next }}>
          Sign up
        </Link>
      </p>
    </Gate>
  );
}
