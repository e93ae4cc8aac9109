/** One call as a sentence: who answered, who ended it, or why nobody did. */
import type { CallBody } from '@/api/generated/api.schemas';

export type CallSays = {
  key: 'talking' | 'ringing' | 'answered' | 'refused' | 'gaveUp' | 'unanswered';
  /** Who ended it, of an answered call. */
  ended?: 'caller' | 'agent' | 'keepline' | 'nobody';
  agentId?: string;
  /** Milliseconds: talk, or the wait of one that was not answered. */
  ms?: number;
};

export function says(call: CallBody): CallSays {
  const lastLeg = call.legs.at(-1);
  if (!call.ended_at) {
    return call.answered
      ? { key: 'talking', agentId: call.agent_id }
      : { key: 'ringing', agentId: lastLeg?.agent_id };
  }
  if (call.answered) {
    return { key: 'answered', agentId: call.agent_id, ms: call.talk_ms, ended: call.ended_by ?? 'nobody' };
  }
  if (call.decision && call.decision.legs.length === 0) return { key: 'refused' };
  if (call.ended_by === 'caller') return { key: 'gaveUp', ms: call.setup_ms };
  return { key: 'unanswered', ms: call.setup_ms };
}

/** Of the list: how it went, in one word. */
export type Outcome = 'live' | 'answered' | 'missed' | 'refused';

export function outcome(call: CallBody): Outcome {
  const { key } = says(call);
  if (key === 'talking' || key === 'ringing') return 'live';
  if (key === 'answered' || key === 'refused') return key;
  return 'missed';
}

/** 192_000 is "3 minutes 12 seconds"; a short unit ends in a point in some languages. */
export function lasted(ms: number, language: string): string {
  const seconds = Math.round(ms / 1000);
  const parts: [number, string][] = [
    [Math.floor(seconds / 3600), 'hour'],
    [Math.floor((seconds % 3600) / 60), 'minute'],
    [seconds % 60, 'second'],
  ];
  const told = parts.filter(([count], place) => count > 0 || (place === 2 && seconds === 0));
  return told
    .map(([count, unit]) =>
      new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count),
    )
    .join(' ');
}
