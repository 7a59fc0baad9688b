import { Link, getRouteApi } from "@tanstack/react-router";
import { Gate } from "../components/Gate";
import { SignUp } from "../forms/SignUp";

const route = getRouteApi("/signup");

export default function SignUpPage() {
  const { next } = route.useSearch();
  return (
    <Gate title="Sign up">
      <SignUp next={next} />
      <p>
        Signed up already?{" "}
        <Link to="/login" search={{ next }}>
          Log in
        </Link>
      </p>
    </Gate>
  );
}
