import { useEffect, useState } from 'react';
import type { ListTrunksParams, StatusBody } from '@/api/generated/api.schemas';
import { getListTrunksQueryKey, listTrunks } from '@/api/generated/trunks';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import type { TrunkSearch } from './routes';
import { stateOf } from './says';

// milliseconds
export const EVERY = 5_000;

export const trunksKey = () => getListTrunksQueryKey();

function useTrunks(asked: ListTrunksParams) {
  return usePages(
    [...getListTrunksQueryKey(asked), 'pages'],
    (page_token, signal) => listTrunks({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.trunks,
  );
}

/**
 * The trunks that fit. No service knows a trunk's state as it is shown, because two of them know a part each: with
 * that condition further pages are read until enough of them fit.
 */
export function useTrunksIn({ q, country, state }: TrunkSearch, statuses: ReadonlyMap<string, StatusBody>) {
  const [wanted, setWanted] = useState(PAGE_SIZE);
  const asked = {
    page_size: PAGE_SIZE,
    order_by: 'name',
    ...(q && { q }),
    ...(country && { country: [country] }),
  };
  const trunks = useTrunks(asked as ListTrunksParams);
  const shown = state
    ? trunks.items?.filter((trunk) => stateOf(trunk, statuses.get(trunk.id)) === state)
    : trunks.items;
  const { hasNextPage, isFetching, fetchNextPage } = trunks;
  const goesOn = Boolean(state) && hasNextPage && !isFetching && (shown?.length ?? 0) < wanted;
  useEffect(() => {
    if (goesOn) void fetchNextPage();
  }, [goesOn, fetchNextPage]);
  const more = () => {
    setWanted((before) => before + PAGE_SIZE);
    return fetchNextPage();
  };
  return { ...trunks, shown, fetchNextPage: more };
}
