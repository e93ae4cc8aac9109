/** Each request of the generated client: with the access token, and with one way to fail (problem.ts). */
import { accessToken, renewed } from '@/session/session';
import { changes, tellOtherTabs } from './otherTabs';
import { refusedBy, SignedOut, Unreached } from './problem';

export async function request<T>(address: string, init: RequestInit = {}): Promise<T> {
  const answer = await answered(address, init);
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** The same as lines, where the API has them. */
export async function textOf(address: string, init: RequestInit = {}): Promise<string> {
  return (await answered(address, { ...init, headers: { Accept: 'text/plain' } })).text();
}

async function answered(address: string, init: RequestInit): Promise<Response> {
  const token = await accessToken();
  if (!token) throw new SignedOut();
  let answer = await sent(address, init, token);
  if (answer.status === 401) {
    const another = await renewed(token);
    if (!another) throw new SignedOut();
    answer = await sent(address, init, another);
  }
  if (!answer.ok) throw await refusedBy(answer);
  if (changes(address, init)) tellOtherTabs();
  return answer;
}

async function sent(address: string, init: RequestInit, token: string): Promise<Response> {
  const headers = new Headers(init.headers);
  headers.set('Authorization', `Bearer ${token}`);
  try {
    return await fetch(address, { ...init, headers });
  } catch (error) {
    if (init.signal?.aborted) throw error;
    throw new Unreached();
  }
}

/** For a change: of this version and no other (docs/api.md). */
export const ifVersion = (version: number): RequestInit => ({ headers: { 'If-Match': `"${version}"` } });

/** What the generated hooks say of a failure; problem.ts has its kinds. */
export type ErrorType<_Declared> = Error;
