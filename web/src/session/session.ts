/**
 * Who is signed in, in this tab. The tokens are in memory and nowhere else: after a reload the issuer is asked
 * once, without a page (prompt=none), and the person is back where they were.
 */
import { ResponseBodyError } from 'oauth4webapi';
import { useSyncExternalStore } from 'react';
import { draftsAreOf } from '@/shared/drafts';
import { goThere, isReturn, leave, type Person, refreshed, returned, type Tokens } from './issuer';
import { onlyOurs } from './onlyOurs';

export type Session =
  | { state: 'starting' }
  | { state: 'out'; back: string; failed?: string }
  | { state: 'in'; person: Person }
  /** It was good and is no longer; the page stays. */
  | { state: 'lost'; person: Person };

// before its end, milliseconds: a request under way must not meet it
const AHEAD = 45_000;
const AGAIN = 5_000;

let session: Session = { state: 'starting' };
let tokens: Tokens | undefined;
let refreshing: Promise<void> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

function become(next: Session) {
  session = next;
  for (const listener of listeners) listener();
}

export function useSession(): Session {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => session,
  );
}

/** What tabs of the same person have in common; "" where nobody is signed in. */
export function whose(): string {
  if (session.state !== 'in') return '';
  const { tenant, subject, role } = session.person;
  return JSON.stringify([tenant, subject, role]);
}

const here = () => location.pathname + location.search + location.hash;

/** Before the first screen. False: the browser is on its way to the issuer. */
export async function begin(): Promise<boolean> {
  if (!isReturn()) return silently();
  const back = await returned();
  history.replaceState(null, '', onlyOurs(back.back));
  if (back.kind === 'signed-in') {
    take(back.tokens);
    become({ state: 'in', person: back.person });
    draftsAreOf(whose());
  } else {
    become({ state: 'out', back: back.back, failed: back.kind === 'failed' ? back.detail : undefined });
  }
  return true;
}

async function silently(): Promise<boolean> {
  try {
    await goThere(true, here());
    return false;
  } catch (error) {
    become({ state: 'out', back: here(), failed: String(error) });
    return true;
  }
}

export async function signIn(): Promise<void> {
  const back = session.state === 'out' ? session.back : here();
  try {
    await goThere(false, back);
  } catch (error) {
    if (session.state === 'out') become({ ...session, failed: String(error) });
  }
}

export async function signOut(): Promise<void> {
  clearTimeout(timer);
  tokens = undefined;
  draftsAreOf('');
  await leave().catch(() => location.assign('/'));
}

/** For one request; waits while a new one is fetched. Undefined: the session is over. */
export async function accessToken(): Promise<string | undefined> {
  if (tokens && tokens.until - Date.now() < AHEAD) await refresh();
  return tokens && tokens.until > Date.now() ? tokens.access : undefined;
}

/** A service would not have this token: another one is fetched, unless that has happened meanwhile. */
export async function renewed(refusedToken: string): Promise<string | undefined> {
  if (tokens?.access === refusedToken) await refresh();
  return tokens?.access === refusedToken ? undefined : tokens?.access;
}

function take(next: Tokens) {
  tokens = next;
  clearTimeout(timer);
  timer = setTimeout(() => void refresh(), Math.max(next.until - Date.now() - AHEAD, 1000));
}

function refresh(): Promise<void> {
  refreshing ??= tried().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function tried(): Promise<void> {
  if (!tokens?.refresh) return lose();
  try {
    take(await refreshed(tokens.refresh));
  } catch (error) {
    // an issuer that cannot be reached is asked again as long as the token is good
    const over = error instanceof ResponseBodyError || tokens.until < Date.now();
    if (over) return lose();
    timer = setTimeout(() => void refresh(), AGAIN);
  }
}

function lose() {
  tokens = undefined;
  clearTimeout(timer);
  if (session.state === 'in') become({ state: 'lost', person: session.person });
}
