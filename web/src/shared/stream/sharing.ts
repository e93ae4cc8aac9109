/**
 * One tab reads a stream for all tabs of the same person: without HTTP/2 a browser has six connections to a
 * server, and two tabs with three streams each would leave none for anything else.
 *
 * Who holds the lock reads; when its tab is closed, or hidden for a while, the next one goes on where it was.
 */
import type { Told } from './follow';
import type { Freshness } from './freshness';

export type Message<S> =
  /** Somebody is new and knows nothing yet. */
  | { kind: 'hello' }
  /** How things stand. id: of the last event. */
  | { kind: 'known'; now: S; freshness: Freshness; id?: string }
  | { kind: 'told'; event: Told; asOf: number; id?: string }
  | { kind: 'lost'; freshness: Freshness };

export type Link<S> = { say: (message: Message<S>) => void; close: () => void };

/** name: of the stream and of the person; "" where they are not known, who then share nothing. */
export function link<S>(name: string, hear: (message: Message<S>) => void): Link<S> {
  if (!name || typeof BroadcastChannel === 'undefined')
    return { say: () => undefined, close: () => undefined };
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => hear(data as Message<S>);
  return { say: (message) => channel.postMessage(message), close: () => channel.close() };
}

/** Reads when it is this tab's turn. read: until it is stopped. */
export async function inTurn(name: string, read: () => Promise<void>, stop: AbortSignal): Promise<void> {
  if (!name || typeof navigator === 'undefined' || !navigator.locks) return read();
  try {
    await navigator.locks.request(name, { signal: stop }, read);
  } catch (error) {
    if (!stop.aborted) throw error;
  }
}
