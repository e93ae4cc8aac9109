/** Lists that go on: the first page, and more at the press of a button. */
import { type QueryKey, useInfiniteQuery } from '@tanstack/react-query';
import { useMemo } from 'react';

type Page = { next_page_token?: string };

export const PAGE_SIZE = 100;

export function usePages<P extends Page, T>(
  key: QueryKey,
  fetchPage: (token: string | undefined, signal: AbortSignal) => Promise<P>,
  itemsOf: (page: P) => T[],
  every?: number,
) {
  const query = useInfiniteQuery({
    queryKey: key,
    queryFn: ({ pageParam, signal }) => fetchPage(pageParam, signal),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next_page_token,
    refetchInterval: every,
  });
  const pages = query.data?.pages;
  // biome-ignore lint/correctness/useExhaustiveDependencies: itemsOf says the same of the same pages
  const items = useMemo(() => pages?.flatMap(itemsOf), [pages]);
  return { ...query, items };
}
