/** How far what a screen shows can be relied on. Times in milliseconds, by this machine's clock. */
export type Freshness =
  /** Nothing has come yet; asOf: of what was known when it was followed last. */
  | { state: 'starting'; asOf?: number }
  /** asOf: until when everything was told. */
  | { state: 'live'; asOf: number }
  | { state: 'lost'; asOf?: number; since: number; code: string }
  /** The role may not read it. */
  | { state: 'forbidden'; code: string };

/** A connection that is replaced at once is no loss. */
const GRACE = 1_500;
/** A sign of life comes every 15 s, and what it says is older where a server does not follow itself. */
const LATE = 25_000;

export type Stale = { since: number; asOf?: number };

/** Whether a reader has to be told, and since when it is so. */
export function stale(of: Freshness, now: number): Stale | undefined {
  if (of.state === 'lost' && now - of.since > GRACE) return { since: of.since, asOf: of.asOf };
  if (of.state === 'live' && now - of.asOf > LATE) return { since: of.asOf, asOf: of.asOf };
  return undefined;
}

export const beginning = (before?: Freshness): Freshness => ({
  state: 'starting',
  asOf: before && asOfOf(before),
});

const asOfOf = (of: Freshness) => ('asOf' in of ? of.asOf : undefined);

/** There is nothing to show yet. */
export const isBlank = (of: Freshness): boolean => of.state !== 'forbidden' && asOfOf(of) === undefined;

export function heard(asOf: number, now: number): Freshness {
  return { state: 'live', asOf: Math.min(asOf, now) };
}

/** since: of the first of several tries that failed. */
export function gone(before: Freshness, code: string, final: boolean, now: number): Freshness {
  if (final) return { state: 'forbidden', code };
  if (before.state === 'lost') return { ...before, code };
  return { state: 'lost', since: now, code, asOf: asOfOf(before) };
}

/** Of several streams of one screen, the one that is behind the most. */
export function worst(all: Freshness[], now: number): Stale | undefined {
  const late = all.flatMap((one) => stale(one, now) ?? []);
  return late.sort((one, other) => (one.asOf ?? 0) - (other.asOf ?? 0))[0];
}
