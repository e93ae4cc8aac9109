import type { ReactNode } from 'react';
import { Refused } from '@/api/problem';
import { Nowhere } from '@/shell/Nowhere';
import { Failure } from './Failure';
import { Waiting } from './Waiting';

type Query<T> = { data: T | undefined; error: unknown; refetch: () => unknown };

/** It is not there, or another tenant's. */
export const isMissing = (error: unknown) => error instanceof Refused && error.problem.status === 404;

/** One object of the API: on its way, there, or not there (another tenant's is not there either). */
export function Read<T>({ query, children }: { query: Query<T>; children: (data: T) => ReactNode }) {
  const { data, error } = query;
  if (isMissing(error)) return <Nowhere />;
  if (data !== undefined) return <>{children(data)}</>;
  if (error) return <Failure error={error} again={() => void query.refetch()} />;
  return <Waiting rows={5} />;
}
