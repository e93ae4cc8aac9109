/** Of a call that did not go well: why, and what would make the next one go better. */
import type { CallBody } from '@/api/generated/api.schemas';

/** What became of the agents that were asked (call-router's own codes). */
export const OF_AGENTS = [
  'no_answer',
  'agent_busy',
  'agent_declined',
  'agents_unavailable',
  'agent_refused',
] as const;

export type Advice =
  | { kind: 'agents'; code: (typeof OF_AGENTS)[number]; agentId?: string }
  /** The card of the refusal says it. */
  | { kind: 'refused'; code: string }
  | { kind: 'silent'; who: 'caller' | 'agent' | 'both' };

export function advice(call: CallBody): Advice | undefined {
  if (call.answered) return silence(call);
  if (!call.ended_at || !call.refusal_code) return undefined;
  const code = OF_AGENTS.find((one) => one === call.refusal_code);
  if (code) return { kind: 'agents', code, agentId: call.legs.at(-1)?.agent_id };
  return { kind: 'refused', code: call.refusal_code };
}

/** Nobody speaks in the first moment: a call counts as silent when it has ended, or lasts for a while. */
const SPOKEN_BY = 5_000;

function silence(call: CallBody): Advice | undefined {
  const heard = call.legs.find((leg) => leg.answered_at)?.heard;
  const lasted = call.talk_ms ?? Date.now() - Date.parse(call.answered_at ?? call.started_at);
  if (lasted < SPOKEN_BY) return undefined;
  const caller = (heard?.provider.received ?? call.media?.packets_received) === 0;
  const agent = heard?.agent.received === 0;
  if (!caller && !agent) return undefined;
  return { kind: 'silent', who: caller && agent ? 'both' : caller ? 'caller' : 'agent' };
}
