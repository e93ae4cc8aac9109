/** What a fix does, as its button says it; and what was done, once it is in force. */
import type { FixBody, RejectionBody } from '@/api/generated/api.schemas';

/** "198.51.100.7/32" is one address. */
export function asAddress(cidr: string): string {
  return cidr.replace(cidr.includes(':') ? /\/128$/ : /\/32$/, '');
}

/** The value of a fix that was applied, of its id; the kind names a sentence. */
export type Done = { kind: FixBody['kind'] | 'otherwise'; value: string };

export function done(row: RejectionBody): Done | undefined {
  if (row.state !== 'fixed') return undefined;
  const [kind = '', ...rest] = row.fixed?.fix?.split(':') ?? [];
  if (!(KINDS as readonly string[]).includes(kind)) return { kind: 'otherwise', value: '' };
  return { kind: kind as FixBody['kind'], value: rest.join(':') };
}

export const KINDS = [
  'allow_address',
  'allow_network',
  'enable_trunk',
  'read_as_country',
  'add_number',
  'move_number',
  'put_on_plan',
] as const;

/** A fix that is offered once for rows of one cause: the newest row that offers it. */
export type Offered = { fix: FixBody; row: RejectionBody };

export function offered(rows: RejectionBody[]): Offered[] {
  const found = new Map<string, Offered>();
  for (const row of rows) {
    if (row.state === 'fixed') continue;
    for (const fix of row.fixes) if (!found.has(fix.id)) found.set(fix.id, { fix, row });
  }
  return [...found.values()];
}
