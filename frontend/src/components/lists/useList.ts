import {
  type DefaultError,
  type QueryKey,
  type UseQueryOptions,
  useMutation,
  useQuery,
  useQueryClient,
} from "@tanstack/react-query";

type Items<Item> = { items: Item[] };

/** A list of the tenant's: what is in it, how it is read again, and how one thing is taken out of it. */
export type List<Item, Which> = {
  /** Undefined until it has been read. */
  items: Item[] | undefined;
  error: unknown;
  refresh: () => Promise<void>;
  remove: (which: Which) => void;
};

export function useList<Item, Page extends Items<Item>, Key extends QueryKey, Which>(
  query: UseQueryOptions<Page, DefaultError, Page, Key>,
  takeOut: (which: Which) => Promise<unknown>,
): List<Page["items"][number], Which> {
  const queries = useQueryClient();
  const list = useQuery(query);
  // The tenant and the noun: whatever part of the list was asked for.
  const refresh = () => queries.invalidateQueries({ queryKey: query.queryKey.slice(0, 2) });
  const removal = useMutation({ mutationFn: takeOut, onSettled: refresh });
  return {
    items: list.data?.items,
    error: list.error ?? removal.error,
    refresh,
    remove: (which) => removal.mutate(which),
  };
}
