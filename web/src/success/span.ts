/** For which time it is asked: whole days of the reader's zone, as they stand in the address. */
import type { GetOnboardingSuccessParams } from '@/api/generated/api.schemas';

/** Days as 2026-11-26, both within; without any it is the last 30 days. */
export type Span = { from?: string; to?: string };

const DAY = /^\d{4}-\d{2}-\d{2}$/;

function day(value: unknown): string | undefined {
  const text = typeof value === 'string' && DAY.test(value) ? value : '';
  return text && !Number.isNaN(begins(text).getTime()) ? text : undefined;
}

/** What is no day is left out of the address. */
export function searched(search: Record<string, unknown>): Span {
  const [from, to] = [day(search.from), day(search.to)];
  return { ...(from && { from }), ...(to && { to }) };
}

/** Whether the last day lies before the first. */
export const isTurned = ({ from, to }: Span) => from !== undefined && to !== undefined && to < from;

/** As the API is asked: its end is not within. */
export function asked({ from, to }: Span): GetOnboardingSuccessParams {
  return { ...(from && { from: begins(from).toISOString() }), ...(to && { to: ends(to).toISOString() }) };
}

// without a zone it is the reader's
const begins = (on: string) => new Date(`${on}T00:00`);

/** Not 24 hours later: a day may have 23 or 25. */
function ends(on: string): Date {
  const at = begins(on);
  at.setDate(at.getDate() + 1);
  return at;
}

export function written(on: string, locale: string): string {
  return begins(on).toLocaleDateString(locale, { day: 'numeric', month: 'short', year: 'numeric' });
}

export function spanKey({ from, to }: Span): 'recent' | 'between' | 'since' | 'until' {
  if (from && to) return 'between';
  if (from) return 'since';
  return to ? 'until' : 'recent';
}
