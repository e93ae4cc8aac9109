/** What the list of calls is asked for: all of it stands in its address. */
import type { CallBody, ListCallsParams } from '@/api/generated/api.schemas';

export const PERIODS = ['today', 'day', 'week', 'month'] as const;
export type Period = (typeof PERIODS)[number];

export type CallSearch = {
  /** E.164 of the called one. */
  number?: string;
  trunk?: string;
  agent?: string;
  answered?: 'true' | 'false';
  /** Counted back from now; `from` and `to` are of a chosen time instead. */
  period?: Period;
  from?: string;
  to?: string;
};

const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined);
// a number in the address is read as one where its plus is a blank
const number = (value: unknown) => text(typeof value === 'number' ? `+${value}` : value);
const oneOf = <T extends string>(known: readonly T[], value: unknown) =>
  known.find((one) => one === String(value));

function time(value: unknown): string | undefined {
  const at = new Date(text(value) ?? Number.NaN);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

/** What is no filter is left out of the address. */
export function searched(search: Record<string, unknown>): CallSearch {
  const period = oneOf(PERIODS, search.period);
  const found: CallSearch = {
    number: number(search.number),
    trunk: text(search.trunk),
    agent: text(search.agent),
    answered: oneOf(['true', 'false'], search.answered),
    period,
    from: period ? undefined : time(search.from),
    to: period ? undefined : time(search.to),
  };
  return Object.fromEntries(Object.entries(found).filter(([, value]) => value !== undefined));
}

const DAY = 24 * 3600 * 1000;
const BACK = { day: DAY, week: 7 * DAY, month: 30 * DAY };

/** When the asked time begins. */
export function beginning(search: CallSearch, now: Date): string | undefined {
  const { period, from } = search;
  if (!period) return from;
  if (period === 'today') return new Date(now.getFullYear(), now.getMonth(), now.getDate()).toISOString();
  return new Date(now.getTime() - BACK[period]).toISOString();
}

/** As the API is asked. now: when the filters were set, so that the question stays the same one. */
export function asked(search: CallSearch, now: Date): ListCallsParams {
  const from = beginning(search, now);
  return {
    ...(search.number && { number: [search.number] }),
    ...(search.trunk && { trunk_id: [search.trunk] }),
    ...(search.agent && { agent_id: [search.agent] }),
    ...(search.answered && { answered: [search.answered === 'true'] }),
    ...(from && { started_at_after: from }),
    ...(search.to && { started_at_before: search.to }),
  };
}

/** Whether a call that a stream told belongs into the list. */
export function fits(call: CallBody, search: CallSearch, now: Date): boolean {
  const from = beginning(search, now);
  const started = Date.parse(call.started_at);
  return (
    (!search.number || call.number === search.number) &&
    (!search.trunk || call.trunk_id === search.trunk) &&
    (!search.agent || call.agent_id === search.agent) &&
    (!search.answered || call.answered === (search.answered === 'true')) &&
    (!from || started > Date.parse(from)) &&
    (!search.to || started < Date.parse(search.to))
  );
}
