import { describe, expect, it } from 'vitest';
import type { CallBody, RejectionBody, StatusBody } from '@/api/generated/api.schemas';
import { callsAfter, NO_CALLS, newer } from '@/shared/stream/calls';
import { beginning, gone, heard, isBlank, stale, worst } from '@/shared/stream/freshness';
import { NO_REJECTIONS, rejectionsAfter } from '@/shared/stream/rejections';
import { statusesAfter } from '@/shared/stream/statuses';

const call = (id: string, changed: Partial<CallBody> = {}) => ({ id, ...changed }) as CallBody;
const ENDED = { ended_at: '2026-11-23T14:05:25.000Z' };

describe('calls', () => {
  it('go on until they end, and are kept then', () => {
    let known = callsAfter(NO_CALLS, {
      name: 'snapshot',
      data: { calls: [call('a'), call('b')], complete: false },
    });
    known = callsAfter(known, { name: 'call_started', data: { call: call('c'), event: {} } });
    known = callsAfter(known, { name: 'call_ended', data: { call: call('a', ENDED), event: {} } });
    expect([...known.goingOn.keys()]).toEqual(['b', 'c']);
    expect([...known.ended.keys()]).toEqual(['a']);
    expect(known.complete).toBe(false);
    // a call that ended while nobody listened is in no snapshot
    known = callsAfter(known, { name: 'snapshot', data: { calls: [call('c')], complete: true } });
    expect([...known.goingOn.keys()]).toEqual(['c']);
    expect([...known.ended.keys()]).toEqual(['a']);
  });

  it('are as the stream tells them, until the record has their end', () => {
    expect(newer(call('a'), call('a', { answered: true }))?.answered).toBe(true);
    expect(newer(call('a', ENDED), call('a'))?.ended_at).toBe(ENDED.ended_at);
    expect(newer(undefined, call('a'))?.id).toBe('a');
    expect(newer(call('a'), undefined)?.id).toBe('a');
  });
});

it('statuses are those of the snapshot, changed and removed', () => {
  const status = (trunk_id: string, verdict: string) => ({ trunk_id, verdict }) as StatusBody;
  let known = statusesAfter(new Map(), {
    name: 'snapshot',
    data: { statuses: [status('t1', 'healthy'), status('t2', 'down')] },
  });
  known = statusesAfter(known, { name: 'status_changed', data: { status: status('t1', 'down') } });
  known = statusesAfter(known, { name: 'status_removed', data: { trunk_id: 't2' } });
  expect([...known].map(([id, one]) => [id, one.verdict])).toEqual([['t1', 'down']]);
});

it('refusals are in the order of their newest, and an older version changes nothing', () => {
  const row = (id: string, version: number, last_at: string) => ({ id, version, last_at }) as RejectionBody;
  let known = rejectionsAfter(NO_REJECTIONS, {
    name: 'snapshot',
    data: { rejections: [row('r1', 3, '2026-11-23T14:00:00Z')], complete: true },
  });
  const told = (rejection: RejectionBody) => ({ name: 'rejection_changed', data: { rejection } });
  known = rejectionsAfter(known, told(row('r2', 1, '2026-11-23T14:01:00Z')));
  known = rejectionsAfter(known, told(row('r1', 2, '2026-11-23T14:02:00Z')));
  expect([...known.rows.values()].map(({ id, version }) => [id, version])).toEqual([
    ['r2', 1],
    ['r1', 3],
  ]);
});

describe('what a screen shows is stale', () => {
  const NOW = 1_000_000;
  const live = heard(NOW, NOW);
  it.each([
    ['not while signs of life come', live, NOW + 20_000, undefined],
    [
      'when a server does not follow itself any more',
      heard(NOW - 60_000, NOW),
      NOW,
      { since: NOW - 60_000, asOf: NOW - 60_000 },
    ],
    [
      'not while one connection takes the place of another',
      gone(live, 'token_expired', false, NOW),
      NOW + 900,
      undefined,
    ],
    [
      'when nobody answers',
      gone(live, 'unreached', false, NOW + 10),
      NOW + 8_010,
      { since: NOW + 10, asOf: NOW },
    ],
    ['not for what the role may not read', gone(live, 'scope_missing', true, NOW), NOW + 60_000, undefined],
  ])('%s', (_, freshness, now, found) => {
    expect(stale(freshness, now)).toEqual(found);
  });

  it('since the first of several tries that failed', () => {
    const again = gone(gone(live, 'server_stopping', false, NOW + 10), 'unreached', false, NOW + 5_000);
    expect(stale(again, NOW + 9_000)).toEqual({ since: NOW + 10, asOf: NOW });
  });

  it('as the worst of several streams', () => {
    const lost = gone(heard(NOW - 5_000, NOW), 'unreached', false, NOW);
    expect(worst([live, lost], NOW + 4_000)).toEqual({ since: NOW, asOf: NOW - 5_000 });
  });

  it('not before the first word, and what was known before is not blank', () => {
    expect([isBlank(beginning()), isBlank(beginning(live)), isBlank(live)]).toEqual([true, false, false]);
    const again = gone(beginning(live), 'unreached', false, NOW + 60_000);
    expect(stale(again, NOW + 70_000)).toEqual({ since: NOW + 60_000, asOf: NOW });
    expect(isBlank(again)).toBe(false);
    expect(isBlank(gone(beginning(), 'unreached', false, NOW))).toBe(true);
  });
});
