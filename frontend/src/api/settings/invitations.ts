import { queryOptions } from "@tanstack/react-query";
import { data } from "../client";
import {
  deleteApiV1TenantsByTenantInvitationsByInvitationId,
  getApiV1InvitationsByToken,
  getApiV1TenantsByTenantInvitations,
  postApiV1InvitationsByTokenAccept,
  postApiV1InvitationsByTokenSignup,
  postApiV1TenantsByTenantInvitations,
} from "../generated/sdk.gen";
import type { InvitedSignUp, MemberIn } from "../generated/types.gen";

export const invitationsQuery = (tenant: string) =>
  queryOptions({
    queryKey: [tenant, "invitations"],
    queryFn: () => data(getApiV1TenantsByTenantInvitations({ path: { tenant } })),
  });

export const invite = (tenant: string, body: MemberIn) =>
  data(postApiV1TenantsByTenantInvitations({ path: { tenant }, body }));

export const revokeInvitation = (tenant: string, id: string) =>
  data(deleteApiV1TenantsByTenantInvitationsByInvitationId({ path: { tenant, invitation_id: id } }));

/** What a link offers. It does not change while it holds, and whether it holds is asked once. */
export const offerQuery = (token: string) =>
  queryOptions({
    queryKey: ["offer", token],
    queryFn: () => data(getApiV1InvitationsByToken({ path: { token } })),
    retry: false,
    staleTime: 60_000,
  });

export const acceptInvitation = (token: string) => data(postApiV1InvitationsByTokenAccept({ path: { token } }));

export const signUpByInvitation = (token: string, body: InvitedSignUp) =>
  data(postApiV1InvitationsByTokenSignup({ path: { token }, body }));
