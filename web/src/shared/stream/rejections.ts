import type { RejectionBody, RejectionsNow, RejectionTold } from '@/api/generated/api.schemas';
import type { Told } from './follow';

export type RejectionsKnown = {
  /** By id. */
  rows: ReadonlyMap<string, RejectionBody>;
  /** False: there are older ones that were not told. */
  complete: boolean;
};

export const NO_REJECTIONS: RejectionsKnown = { rows: new Map(), complete: true };

const KEPT = 500;

export function rejectionsAfter(before: RejectionsKnown, { name, data }: Told): RejectionsKnown {
  if (name === 'snapshot') {
    const { rejections, complete } = data as RejectionsNow;
    return { rows: new Map(rejections.map((one) => [one.id, one])), complete };
  }
  if (name !== 'rejection_changed') return before;
  return withRow(before, (data as RejectionTold).rejection);
}

/** Also of what an applied fix answered; an older version changes nothing. */
export function withRow(before: RejectionsKnown, row: RejectionBody): RejectionsKnown {
  const had = before.rows.get(row.id);
  if (had && had.version > row.version) return before;
  const rows = [...before.rows.values()].filter((one) => one.id !== row.id);
  const newest = [row, ...rows].sort((one, other) => Date.parse(other.last_at) - Date.parse(one.last_at));
  return {
    rows: new Map(newest.slice(0, KEPT).map((one) => [one.id, one])),
    complete: before.complete && newest.length <= KEPT,
  };
}
