import { Link, getRouteApi } from "@tanstack/react-router";
import { Entrance } from "../../components/frame/Entrance";
import { SignUp } from "../../forms/entrance/SignUp";

const route = getRouteApi("/signup");

export default function SignUpPage() {
  const { next } = route.useSearch();
  return (
    <Entrance title="Sign up">
      <SignUp next={next} />
      <p>
        Signed up already?{" "}
        <Link to="/login" search={{ next }}>
          Log in
        </Link>
      </p>
    </Entrance>
  );
}
