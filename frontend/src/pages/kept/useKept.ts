import { useDebouncedCallback } from "@mantine/hooks";
import { getRouteApi } from "@tanstack/react-router";
import type { EffectState } from "../../api/settings/savedData";

const route = getRouteApi("/tenants/$tenant/settings/$section");

/** What of the saved data is looked at, as the address has it; a narrower look begins at its first page. */
export function useKept() {
  const looked = route.useSearch();
  const navigate = route.useNavigate();
  const narrow = (change: { scope?: string; q?: string; state?: EffectState }) =>
    navigate({ search: (now) => ({ ...now, ...change, cursor: undefined }), replace: true });
  const search = useDebouncedCallback((text: string) => narrow({ q: text || undefined }), 200);
  const turn = (cursor?: string) => navigate({ search: (now) => ({ ...now, cursor }) });
  return { looked, narrow, search, turn };
}
