/** Rows that one fix mends stand together: of the same trunk, for the same reason, about the same thing. */
import type { RejectionBody } from '@/api/generated/api.schemas';

export type Group = {
  key: string;
  /** The newest first. */
  rows: RejectionBody[];
  count: number;
};

function causeOf(row: RejectionBody): string {
  const met = row.code === 'source_not_allowed' ? row.source_address : (row.number ?? row.called);
  return [row.trunk_id, row.code, row.about, row.others ? 'others' : met, row.state].join(' ');
}

/** rows: the newest first; so are the groups, those that are open before those that are mended. */
export function grouped(rows: RejectionBody[]): Group[] {
  const found = new Map<string, RejectionBody[]>();
  for (const row of rows) found.set(causeOf(row), [...(found.get(causeOf(row)) ?? []), row]);
  const groups = [...found].map(([key, alike]) => ({
    key,
    rows: alike,
    count: alike.reduce((sum, one) => sum + one.count, 0),
  }));
  const isFixed = ({ rows: [first] }: Group) => Number(first?.state === 'fixed');
  return groups.sort((one, other) => isFixed(one) - isFixed(other));
}
