import { describe, expect, it } from 'vitest';
import type { CallBody, DecisionBody, LegResultBody } from '@/api/generated/api.schemas';
import { lasted, outcome, says } from '@/calls/says';

const leg = (changed: Partial<LegResultBody> = {}): LegResultBody => ({
  attempt: 1,
  index: 0,
  agent_id: 'agt_1',
  started_at: '2026-11-23T14:02:11.300Z',
  ...changed,
});

const decision = (legs: DecisionBody['legs']): DecisionBody => ({
  code: legs.length ? 'routed' : 'number_unknown',
  reason: 'nobody holds it',
  legs,
  trace: [],
  table_version: '0',
});

const call = (changed: Partial<CallBody> = {}): CallBody => ({
  id: 'c1',
  trunk_id: 'trk_1',
  direction: 'inbound',
  attempt: 1,
  legs: [leg()],
  attempts: [],
  started_at: '2026-11-23T14:02:11.204Z',
  answered: false,
  ...changed,
});

const ENDED = { ended_at: '2026-11-23T14:05:25.000Z' };

describe('a call in one sentence', () => {
  it.each([
    ['it rings', call(), { key: 'ringing', agentId: 'agt_1' }, 'live'],
    [
      'it is answered and lasts',
      call({ answered: true, agent_id: 'agt_2' }),
      { key: 'talking', agentId: 'agt_2' },
      'live',
    ],
    [
      'the caller hung up',
      call({ ...ENDED, answered: true, agent_id: 'agt_2', talk_ms: 192000, ended_by: 'caller' }),
      { key: 'answered', agentId: 'agt_2', ms: 192000, ended: 'caller' },
      'answered',
    ],
    [
      'nobody said who ended it',
      call({ ...ENDED, answered: true, talk_ms: 5 }),
      { key: 'answered', agentId: undefined, ms: 5, ended: 'nobody' },
      'answered',
    ],
    [
      'it was refused',
      call({ ...ENDED, legs: [], decision: decision([]), ended_by: 'keepline' }),
      { key: 'refused' },
      'refused',
    ],
    [
      'the caller gave up',
      call({ ...ENDED, ended_by: 'caller', setup_ms: 9000 }),
      { key: 'gaveUp', ms: 9000 },
      'missed',
    ],
    [
      'nobody answered',
      call({ ...ENDED, ended_by: 'keepline', setup_ms: 20000 }),
      { key: 'unanswered', ms: 20000 },
      'missed',
    ],
  ])('%s', (_, given, said, word) => {
    expect(says(given)).toEqual(said);
    expect(outcome(given)).toBe(word);
  });
});

it.each([
  [192_000, '3 minutes 12 seconds'],
  [400, '0 seconds'],
  [60_000, '1 minute'],
  [3_661_000, '1 hour 1 minute 1 second'],
])('%d ms are told as %j', (ms, told) => {
  expect(lasted(ms, 'en')).toBe(told);
});
