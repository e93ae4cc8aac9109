import { useQuery } from '@tanstack/react-query';
import type { StatusBody } from '@/api/generated/api.schemas';
import { getListStatusesQueryKey, getListStatusesQueryOptions } from '@/api/generated/health';
import { getListTrunksQueryKey, listTrunks } from '@/api/generated/trunks';
import { PAGE_SIZE, usePages } from '@/shared/pages';

// milliseconds
export const EVERY = 5_000;

export const trunksKey = () => getListTrunksQueryKey();

export function useTrunks(q?: string) {
  const asked = { page_size: PAGE_SIZE, order_by: 'name', ...(q && { q }) };
  return usePages(
    [...getListTrunksQueryKey(asked), 'pages'],
    (page_token, signal) => listTrunks({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.trunks,
  );
}

const ALL = { page_size: 500 };

/** By the trunk's id. */
export function useStatuses(): Map<string, StatusBody> {
  const { data } = useQuery({ ...getListStatusesQueryOptions(ALL), refetchInterval: EVERY });
  return new Map(data?.statuses.map((status) => [status.trunk_id, status]));
}

export const statusesKey = () => getListStatusesQueryKey();
