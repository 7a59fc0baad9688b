import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1Session,
  getApiV1Session,
  getApiV1SignupByToken,
  postApiV1PasswordReset,
  postApiV1PasswordResetFinish,
  postApiV1Session,
  postApiV1SessionSecondFactor,
  postApiV1SessionSecondFactorChallenge,
  postApiV1SessionSecondFactorMethods,
  postApiV1Signup,
  postApiV1SignupConfirm,
} from "../generated/sdk.gen";
import type {
  ConfirmSignUp,
  LetterSent,
  ResetIn,
  SecondFactorAsked,
  SecondFactorIn,
  SessionOut,
  SignIn,
  SignUp,
} from "../generated/types.gen";
import { showPasskey } from "./passkeys";
import { ApiError } from "../problems";

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

/** A session, or what else has to be shown first. */
export const signIn = (body: SignIn): Promise<SessionOut | SecondFactorAsked> =>
  data(postApiV1Session({ body }));

/** A session, or a letter that has to be answered first. */
export const signUp = (body: SignUp): Promise<SessionOut | LetterSent> => data(postApiV1Signup({ body }));

export const isSession = (answer: SessionOut | SecondFactorAsked | LetterSent): answer is SessionOut =>
  "tenants" in answer;

export const signOut = () => data(deleteApiV1Session());

/** The second factors of who has shown the first: asked by those who come back from an identity provider. */
export const methodsQuery = queryOptions({
  queryKey: ["second-factor"],
  queryFn: () => data(postApiV1SessionSecondFactorMethods()),
  retry: false,
});

export const showSecondFactor = (body: SecondFactorIn) => data(postApiV1SessionSecondFactor({ body }));

export async function showSecondFactorByPasskey() {
  const passkey = await showPasskey(await data(postApiV1SessionSecondFactorChallenge()));
  return showSecondFactor({ passkey });
}

export const pendingQuery = (token: string) =>
  queryOptions({
    queryKey: ["pending", token],
    queryFn: () => data(getApiV1SignupByToken({ path: { token } })),
    retry: false,
    staleTime: 60_000,
  });

export const confirmSignUp = (body: ConfirmSignUp) => data(postApiV1SignupConfirm({ body }));
export const askReset = (email: string) => data(postApiV1PasswordReset({ body: { email } }));
export const finishReset = (body: ResetIn) => data(postApiV1PasswordResetFinish({ body }));
