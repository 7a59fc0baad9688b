import { useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { TenantOut, UserOut } from "../api/generated/types.gen";
import { ApiError } from "../api/problems";
import { sessionQuery } from "../api/account/session";

/** The tenant of the address, and the person in it. */
export function useTenant(): { tenant: TenantOut; user: UserOut } {
  const { tenant: slug } = useParams({ from: "/tenants/$tenant" });
  const { data: session } = useSuspenseQuery(sessionQuery);
  const tenant = session?.tenants.find((each) => each.slug === slug);
  if (!session || !tenant) {
    throw new ApiError(404, {
      detail: `There is no tenant ${slug} that you belong to.`,
      hint: "Choose one of yours, or ask its owner to add you.",
    });
  }
  return { tenant, user: session.user };
}
