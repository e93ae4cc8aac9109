/** The newest call of each of many numbers or trunks, asked in parts as the API takes them. */
import { type UseQueryResult, useQueries } from '@tanstack/react-query';
import type { LatestCallBody, LatestCallsBody } from '@/api/generated/api.schemas';
import { getGetLatestCallsQueryOptions } from '@/api/generated/calls';
import { PAGE_SIZE } from './pages';
import { inParts } from './parts';

// milliseconds
const EVERY = 10_000;

/** kind: of what `keys` are. By key; one that is missing has no call. */
export function useLatestCalls(kind: 'number' | 'trunk_id', keys: string[]): Map<string, LatestCallBody> {
  return useQueries({
    queries: inParts(keys, PAGE_SIZE).map((part) => ({
      ...getGetLatestCallsQueryOptions({ [kind]: part }),
      refetchInterval: EVERY,
    })),
    combine: byKey,
  });
}

function byKey(parts: UseQueryResult<LatestCallsBody>[]): Map<string, LatestCallBody> {
  const found = new Map<string, LatestCallBody>();
  for (const { data } of parts) {
    for (const { number, trunk_id, call } of data?.latest ?? []) {
      const key = number ?? trunk_id;
      if (key && call) found.set(key, call);
    }
  }
  return found;
}
