import { expect, it } from 'vitest';
import type { CallBody } from '@/api/generated/api.schemas';
import { advice } from '@/calls/advice';

const ENDED = '2026-11-23T14:05:25.000Z';
const heard = (caller: number, agent: number) => ({
  legs: [{ answered_at: ENDED, heard: { provider: { received: caller }, agent: { received: agent } } }],
});
const answered = (changed: object) => ({
  answered: true,
  ended_at: ENDED,
  talk_ms: 60_000,
  legs: [],
  ...changed,
});

it.each([
  ['nothing while it rings', { answered: false, legs: [] }, undefined],
  ['nothing when the caller gave up', { answered: false, ended_at: ENDED, legs: [] }, undefined],
  [
    'of the agent that was asked last',
    {
      answered: false,
      ended_at: ENDED,
      refusal_code: 'agent_busy',
      legs: [{ agent_id: 'agt_1' }, { agent_id: 'agt_2' }],
    },
    { kind: 'agents', code: 'agent_busy', agentId: 'agt_2' },
  ],
  [
    'the refusal',
    { answered: false, ended_at: ENDED, refusal_code: 'number_unknown', legs: [] },
    { kind: 'refused', code: 'number_unknown' },
  ],
  ['nothing when both were heard', answered(heard(9, 9)), undefined],
  ['the agent was silent', answered(heard(9, 0)), { kind: 'silent', who: 'agent' }],
  ['nobody was heard', answered(heard(0, 0)), { kind: 'silent', who: 'both' }],
  ['the caller was silent', answered({ media: { packets_received: 0 } }), { kind: 'silent', who: 'caller' }],
  ['nothing where nobody counted', answered({}), undefined],
  ['nothing of the first moment', answered({ ...heard(0, 0), talk_ms: 900 }), undefined],
])('%s', (_, call, found) => {
  expect(advice(call as unknown as CallBody)).toEqual(found);
});
