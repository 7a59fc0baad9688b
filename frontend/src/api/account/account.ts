import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1AccountApp,
  deleteApiV1AccountPasskeysByPasskeyId,
  deleteApiV1AccountSessions,
  deleteApiV1AccountSessionsBySessionId,
  getApiV1Account,
  getApiV1AccountSessions,
  postApiV1AccountAddress,
  postApiV1AccountAddressConfirm,
  postApiV1AccountApp,
  postApiV1AccountAppConfirm,
  postApiV1AccountChallenge,
  postApiV1AccountPasskeys,
  postApiV1AccountPasskeysChallenge,
  postApiV1AccountPassword,
  postApiV1AccountReauthentication,
  postApiV1AccountRecoveryCodes,
} from "../generated/sdk.gen";
import type { PasswordIn, ReauthenticationIn } from "../generated/types.gen";
import { createPasskey, showPasskey } from "./passkeys";

export const accountQuery = queryOptions({
  queryKey: ["account"],
  queryFn: () => data(getApiV1Account()),
});

export const browsersQuery = queryOptions({
  queryKey: ["account", "sessions"],
  queryFn: () => data(getApiV1AccountSessions()),
});

export const changePassword = (body: PasswordIn) => data(postApiV1AccountPassword({ body }));
export const askAddress = (email: string) => data(postApiV1AccountAddress({ body: { email } }));
export const confirmAddress = (token: string) => data(postApiV1AccountAddressConfirm({ body: { token } }));

export const reauthenticate = (body: ReauthenticationIn) =>
  data(postApiV1AccountReauthentication({ body }));

export async function reauthenticateByPasskey() {
  const passkey = await showPasskey(await data(postApiV1AccountChallenge()));
  return reauthenticate({ passkey });
}

export const beginApp = () => data(postApiV1AccountApp());
export const confirmApp = (code: string) => data(postApiV1AccountAppConfirm({ body: { code } }));
export const removeApp = () => data(deleteApiV1AccountApp());

export async function addPasskey(name: string) {
  const credential = await createPasskey(await data(postApiV1AccountPasskeysChallenge()));
  return data(postApiV1AccountPasskeys({ body: { name, credential } }));
}

export const removePasskey = (id: string) =>
  data(deleteApiV1AccountPasskeysByPasskeyId({ path: { passkey_id: id } }));
export const renewRecoveryCodes = () => data(postApiV1AccountRecoveryCodes());

export const endBrowser = (id: string) =>
  data(deleteApiV1AccountSessionsBySessionId({ path: { session_id: id } }));
export const endOtherBrowsers = () => data(deleteApiV1AccountSessions());
