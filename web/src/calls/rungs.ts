/** One call as a ladder: what went between the provider, Keepline and the agents, as far as it is known. */
import type { CallBody, LegResultBody } from '@/api/generated/api.schemas';

/** Between whom, and which way; a note stands at Keepline. */
export type Way =
  | 'providerToUs'
  | 'usToProvider'
  | 'usToAgent'
  | 'agentToUs'
  /** Of what is known on both sides at once. */
  | 'both'
  | 'note';

export type Rung = {
  what:
    | 'called'
    | 'readAs'
    | 'decided'
    | 'refusing'
    | 'tried'
    | 'rang'
    | 'early'
    | 'answered'
    | 'legFailed'
    | 'sound'
    | 'refused'
    | 'gaveUp'
    | 'callerHungUp'
    | 'agentHungUp'
    | 'weEnded'
    | 'ended';
  way: Way;
  /** Absent of what has no moment of its own. */
  at?: string;
  agentId?: string;
  /** As the decision names them, in the order in which they are tried. */
  agents?: string[];
  code?: string;
  status?: number;
  /** Milliseconds from its beginning. */
  after?: number;
  /** Of sound: whether it came from either side; undefined where nobody counted. */
  caller?: boolean;
  agent?: boolean;
};

export function rungs(call: CallBody): Rung[] {
  const found: Rung[] = [{ what: 'called', way: 'providerToUs', at: call.started_at }];
  const { decision } = call;
  if (call.number && call.number !== call.called) found.push({ what: 'readAs', way: 'note' });
  if (decision?.legs.length)
    found.push({ what: 'decided', way: 'note', agents: decision.legs.map((leg) => leg.agent_name) });
  else if (decision) found.push({ what: 'refusing', way: 'note', code: decision.code });
  found.push(...ofLegs(call.legs));
  if (call.ended_at) found.push({ ...end(call), at: call.ended_at });
  return found;
}

/** In order of time; of the same instant, in the order in which it must have been. */
function ofLegs(legs: LegResultBody[]): Rung[] {
  const found = legs.flatMap((leg) => ofLeg(leg));
  return found
    .map((rung, place) => ({ rung, place, time: Date.parse(rung.at ?? '') || Number.MAX_SAFE_INTEGER }))
    .sort((one, other) => one.time - other.time || one.place - other.place)
    .map(({ rung }) => rung);
}

function ofLeg(leg: LegResultBody): Rung[] {
  const agentId = leg.agent_id;
  const found: Rung[] = [{ what: 'tried', way: 'usToAgent', at: leg.started_at, agentId }];
  const back = { way: 'agentToUs', agentId } as const;
  if (leg.ringing_at) found.push({ what: 'rang', at: leg.ringing_at, ...back });
  if (leg.early_media_at) found.push({ what: 'early', at: leg.early_media_at, ...back });
  if (leg.answered_at) {
    const after = Date.parse(leg.answered_at) - Date.parse(leg.started_at);
    found.push({ what: 'answered', at: leg.answered_at, after, ...back });
    if (leg.heard) found.push({ what: 'sound', way: 'both', ...sound(leg.heard) });
  } else if (leg.ended_at) {
    found.push({ what: 'legFailed', at: leg.ended_at, status: leg.sip_status, ...back });
  }
  return found;
}

function sound({ provider, agent }: NonNullable<LegResultBody['heard']>) {
  const came = (count: number | undefined) => (count === undefined ? undefined : count > 0);
  return { caller: came(provider.received), agent: came(agent.received) };
}

function end(call: CallBody): Rung {
  const status = call.sip_status;
  if (call.answered) {
    if (call.ended_by === 'caller') return { what: 'callerHungUp', way: 'providerToUs' };
    if (call.ended_by === 'agent') return { what: 'agentHungUp', way: 'agentToUs', agentId: call.agent_id };
    return call.ended_by === 'keepline' ? { what: 'weEnded', way: 'both' } : { what: 'ended', way: 'note' };
  }
  if (call.ended_by === 'caller') return { what: 'gaveUp', way: 'providerToUs' };
  return { what: 'refused', way: 'usToProvider', status, code: call.refusal_code };
}
