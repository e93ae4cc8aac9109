/** What the screen of "call it now" shows, of what the streams have told since it was opened. */
import type { CallBody, RejectionBody } from '@/api/generated/api.schemas';

export type Watched =
  | { state: 'waiting' }
  | { state: 'call'; call: CallBody }
  /** Rows of one cause, the newest first. */
  | { state: 'refused'; rows: RejectionBody[] };

type Told = { calls: Iterable<CallBody>; rejections: Iterable<RejectionBody> };

/** since: when it was opened first, as the service says; calls and refusals of one trunk count. */
export function watched({ calls, rejections }: Told, trunkId: string, since: string): Watched {
  const from = Date.parse(since);
  const call = newest(calls, trunkId, from, (one) => one.started_at);
  const refused = newest(rejections, trunkId, from, (one) => one.last_at);
  // one call is told twice when a router refuses it, and the times of the two need not be in order
  const isSame = refused && call && refused.call_id === call.id;
  const isNewer = refused && (!call || Date.parse(refused.last_at) >= Date.parse(call.started_at));
  // a call that was answered ends the matter, whatever else was refused while it lasted
  if (refused && (isSame || isNewer) && !(call?.answered && refused.call_id !== call.id && !call.ended_at))
    return { state: 'refused', rows: [refused] };
  return call ? { state: 'call', call } : { state: 'waiting' };
}

function newest<T extends { trunk_id?: string }>(
  all: Iterable<T>,
  trunkId: string,
  from: number,
  timeOf: (one: T) => string,
): T | undefined {
  let found: T | undefined;
  for (const one of all) {
    const time = Date.parse(timeOf(one));
    if (one.trunk_id !== trunkId || time < from) continue;
    if (!found || time >= Date.parse(timeOf(found))) found = one;
  }
  return found;
}

export type Heard = 'both' | 'callerNot' | 'agentNot' | 'neither' | 'unmeasured';

/** Whom the other one heard; null and absent alike were not measured. */
export function heard({
  caller_heard,
  agent_heard,
}: {
  caller_heard?: boolean | null;
  agent_heard?: boolean | null;
}): Heard {
  if (caller_heard === false && agent_heard === false) return 'neither';
  if (caller_heard === false) return 'callerNot';
  if (agent_heard === false) return 'agentNot';
  return caller_heard && agent_heard ? 'both' : 'unmeasured';
}

/** What a fix has brought onto the trunk, so that the onboarding and its plan take it too. */
export function numberOfFix(fix: string | undefined): string | undefined {
  return /^(?:add|move)_number:(\+\d+)$/.exec(fix ?? '')?.[1];
}
