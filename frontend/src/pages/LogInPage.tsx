import { Link, getRouteApi } from "@tanstack/react-router";
import { Gate } from "../components/Gate";
import { LogIn } from "../forms/LogIn";

const route = getRouteApi("/login");

export default function LogInPage() {
  const { next } = route.useSearch();
  return (
    <Gate title="Log in">
      <LogIn next={next} />
      <p>
        New here?{" "}
        <Link to="/signup" search={{ next }}>
          Sign up
        </Link>
      </p>
    </Gate>
  );
}
