/** What a write would meet, while somebody still types: everything is checked and nothing is written (docs/api.md). */
import { request } from './request';

/** What it would become, without what it has only when it is written; fails as the write would. */
export const validated = <T>(
  method: 'POST' | 'PATCH',
  address: string,
  body: unknown,
  init: RequestInit = {},
) =>
  request<Partial<T>>(`${address}?validate_only=true`, {
    ...init,
    method,
    headers: { 'Content-Type': 'application/json', ...Object.fromEntries(new Headers(init.headers)) },
    body: JSON.stringify(body),
  });
