import { describe, expect, it } from 'vitest';
import type { AgentBody, AgentStatusBody } from '@/api/generated/api.schemas';
import { isMoving, latencyOf, type ProbeState, stateOf } from '@/shared/probe/agentSays';

const NOW = Date.parse('2026-11-26T14:02:00Z');
const before = (seconds: number) => new Date(NOW - seconds * 1000).toISOString();

const agent = (seconds: number): AgentBody => ({
  id: 'agt_1',
  version: 1,
  name: 'Receptionist',
  sip: { uri: 'sip:desk@agents.example' },
  ring_seconds: 20,
  dangling: [],
  created_at: before(seconds),
  updated_at: before(seconds),
});

const status = (changed: Partial<AgentStatusBody>): AgentStatusBody => ({
  agent_id: 'agt_1',
  version: 1,
  verdict: 'unknown',
  sentence: '',
  since: before(1),
  edges: [],
  ...changed,
});

describe('what our probes say of an agent', () => {
  it.each<[string, AgentStatusBody | undefined, number, ProbeState, boolean]>([
    ['just added, and nobody knows it yet', undefined, 1, 'asking', true],
    ['added long ago, and nobody knows it', undefined, 60, 'unprobed', false],
    ['known, and the first probe is under way', status({}), 1, 'asking', true],
    ['known, and no edge has asked for long', status({ since: before(60) }), 90, 'unprobed', false],
    ['a first miss', status({ reachable: false }), 3, 'missed', true],
    ['an answer', status({ verdict: 'healthy', reachable: true }), 3, 'healthy', false],
    ['silence', status({ verdict: 'down', reachable: false }), 30, 'down', false],
  ])('%s', (_, given, seconds, state, moving) => {
    expect(stateOf(agent(seconds), given, NOW)).toBe(state);
    expect(isMoving(state)).toBe(moving);
  });

  it('shows whole milliseconds, never 0', () => {
    expect([12.4, 0.2, undefined].map((latency_ms) => latencyOf(status({ latency_ms })))).toEqual([
      12,
      1,
      undefined,
    ]);
  });
});
