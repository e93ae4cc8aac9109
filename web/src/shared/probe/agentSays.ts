/** What our probes say of an agent, as a sentence in the reader's language. */
import type { AgentBody, AgentStatusBody } from '@/api/generated/api.schemas';

/** asking: the first probe is under way; missed: it was not answered; unprobed: nobody probes it right now. */
export type ProbeState = 'asking' | 'missed' | 'healthy' | 'down' | 'unprobed';

// milliseconds in which the first probe has come back
const FIRST = 20_000;

export function stateOf(agent: AgentBody, status: AgentStatusBody | undefined, now: number): ProbeState {
  if (status?.verdict === 'healthy' || status?.verdict === 'down') return status.verdict;
  if (status?.reachable === false) return 'missed';
  const began = Date.parse(status?.since ?? agent.updated_at);
  return Math.abs(now - began) < FIRST ? 'asking' : 'unprobed';
}

/** Whether another state may come within seconds. */
export const isMoving = (state: ProbeState) => state === 'asking' || state === 'missed';

/** Whole milliseconds, 1 at least. */
export function latencyOf(status: AgentStatusBody | undefined): number | undefined {
  return status?.latency_ms === undefined ? undefined : Math.max(1, Math.round(status.latency_ms));
}
