/** Calls as the stream tells them: those that go on, and the newest of those that ended meanwhile. */
import type { CallBody, CallHappening, CallsGoingOn } from '@/api/generated/api.schemas';
import type { Told } from './follow';

export type CallsKnown = {
  /** By id. */
  goingOn: ReadonlyMap<string, CallBody>;
  /** By id, the newest last. */
  ended: ReadonlyMap<string, CallBody>;
  /** False: more go on than are told. */
  complete: boolean;
};

export const NO_CALLS: CallsKnown = { goingOn: new Map(), ended: new Map(), complete: true };

const ENDED_KEPT = 200;

export function callsAfter(before: CallsKnown, { name, data }: Told): CallsKnown {
  if (name === 'snapshot') {
    const { calls, complete } = data as CallsGoingOn;
    return { ...before, goingOn: new Map(calls.map((one) => [one.id, one])), complete };
  }
  const { call } = data as CallHappening;
  if (!call) return before;
  const goingOn = new Map(before.goingOn);
  let ended = before.ended;
  if (call.ended_at) {
    goingOn.delete(call.id);
    ended = new Map([...before.ended].filter(([id]) => id !== call.id).slice(1 - ENDED_KEPT));
    (ended as Map<string, CallBody>).set(call.id, call);
  } else {
    goingOn.set(call.id, call);
  }
  return { ...before, goingOn, ended };
}

/** The stream is some seconds ahead of the record, and the record knows what the stream did not see. */
export function newer(record: CallBody | undefined, told: CallBody | undefined): CallBody | undefined {
  if (!record || !told) return told ?? record;
  return record.ended_at ? record : told;
}
