import { queryOptions } from "@tanstack/react-query";
import { data } from "./client";
import { deleteApiV1Session, getApiV1Session, postApiV1Session, postApiV1Signup } from "./generated/sdk.gen";
import type { SessionOut, SignIn, SignUp } from "./generated/types.gen";
import { ApiError } from "./problems";

async function whoAmI(): Promise<SessionOut | null> {
  try {
    return await data(getApiV1Session());
  } catch (error) {
    if (error instanceof ApiError && error.status === 401) {
      return null;
    }
    throw error;
  }
}

/** Who is signed in; null when nobody is. */
export const sessionQuery = queryOptions({ queryKey: ["session"], queryFn: whoAmI, staleTime: 60_000 });

export const signIn = (body: SignIn) => data(postApiV1Session({ body }));
export const signUp = (body: SignUp) => data(postApiV1Signup({ body }));
export const signOut = () => data(deleteApiV1Session());
