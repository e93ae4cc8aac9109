/** The three streams, each followed once in this tab, and what screens ask them. */
import { useEffect, useState, useSyncExternalStore } from 'react';
import type { CallBody, RejectionBody } from '@/api/generated/api.schemas';
import { getStreamCallsUrl } from '@/api/generated/calls';
import { getStreamStatusesUrl } from '@/api/generated/health';
import { getStreamRejectionsUrl } from '@/api/generated/rejections';
import { accessToken, renewed, whose } from '@/session/session';
import { callsAfter, NO_CALLS } from './calls';
import { type Known, Live } from './live';
import { NO_REJECTIONS, rejectionsAfter, withRow } from './rejections';
import { type StatusesKnown, statusesAfter } from './statuses';

const access = { token: accessToken, renewed, who: whose };
const calls = new Live(getStreamCallsUrl(), access, callsAfter, NO_CALLS);
const statuses = new Live(getStreamStatusesUrl(), access, statusesAfter, new Map() as StatusesKnown);
const rejections = new Live(getStreamRejectionsUrl(), access, rejectionsAfter, NO_REJECTIONS);

function useLive<S>(live: Live<S>): Known<S> {
  return useSyncExternalStore(live.subscribe, live.current);
}

export const useLiveCalls = () => useLive(calls);
export const useLiveStatuses = () => useLive(statuses);
export const useLiveRejections = () => useLive(rejections);

/** As the answer of an applied fix has it: every screen shows it at once. */
export const tellRejection = (row: RejectionBody) => rejections.learn((before) => withRow(before, row));

/** One call as the stream told it last; undefined: it has told nothing of it. */
export function useLiveCall(id: string): CallBody | undefined {
  const { goingOn, ended } = useLiveCalls().now;
  return goingOn.get(id) ?? ended.get(id);
}

/** The time, each second: for what says how long ago something was. */
export function useNow(every = 1_000): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}
