import { describe, expect, it } from 'vitest';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { standing } from '@/dashboard/standing';
import { ofToday } from '@/dashboard/today';
import { clock } from '@/shared/time';
import { stateOf } from '@/trunks/says';

const TESTED = { tested_at: '2026-11-20T10:00:00.000Z' };
const PROBED = { enabled: true, endpoints: [{ host: '203.0.113.7' }] };
const trunk = (name: string, changed: object = TESTED) =>
  ({ id: name, name, ...PROBED, updated_at: '2026-11-01T00:00:00.000Z', ...changed }) as TrunkBody;
const status = (verdict: string, since = '2026-11-23T14:02:00.000Z') => ({ verdict, since }) as StatusBody;

describe('a badge is', () => {
  it.each([
    ['healthy', trunk('a'), status('healthy')],
    ['untested', trunk('a', {}), status('healthy')],
    ['untested', trunk('a', {}), undefined],
    ['unknown', trunk('a'), undefined],
    ['down', trunk('a', {}), status('down')],
    ['degraded', trunk('a', {}), status('degraded')],
    ['disabled', trunk('a', { enabled: false }), status('healthy')],
  ])('%s', (found, of, known) => {
    expect(stateOf(of, known)).toBe(found);
  });
});

describe('the sentence of the dashboard', () => {
  it('names what is down the longest first, then what is degraded', () => {
    const trunks = ['late', 'slow', 'early', 'well'].map((name) => trunk(name));
    const statuses = new Map([
      ['late', status('down', '2026-11-23T15:00:00.000Z')],
      ['slow', status('degraded', '2026-11-23T13:00:00.000Z')],
      ['early', status('down')],
      ['well', status('healthy')],
    ]);
    const found = standing(trunks, statuses);
    expect(found).toMatchObject({ key: 'someCan', can: 2, total: 4, untested: 0, disabled: 0 });
    expect(found.wrong.map((one) => one.trunk.name)).toEqual(['early', 'late', 'slow']);
  });

  it.each([
    ['none', []],
    ['oneCan', [trunk('a')]],
    ['oneCannot', [trunk('a', { enabled: false })]],
    ['allCan', [trunk('a'), trunk('b', {})]],
    ['noneCan', [trunk('a', { enabled: false }), trunk('b', { enabled: false })]],
  ])('is %s', (key, trunks) => {
    expect(standing(trunks, new Map()).key).toBe(key);
  });
});

it('today begins at midnight of whoever looks', () => {
  const now = new Date(2026, 10, 23, 14, 0);
  const row = (id: string, at: Date) => ({ id, last_at: at.toISOString() }) as never;
  const rows = [
    row('now', now),
    row('early', new Date(2026, 10, 23, 0, 0)),
    row('late', new Date(2026, 10, 22, 23, 59)),
  ];
  expect(ofToday(rows, now).map((one) => one.id)).toEqual(['now', 'early']);
});

it.each([
  [8_400, '0:08'],
  [192_000, '3:12'],
  [3_729_000, '1:02:09'],
  [-5, '0:00'],
])('%d ms are shown as %s', (ms, shown) => {
  expect(clock(ms)).toBe(shown);
});
