/** A change in one tab is told to the others of this browser, which then read again what they show. */
import type { QueryClient } from '@tanstack/react-query';

// a channel does not hear itself
const channel = new BroadcastChannel('keepline-changed');

export const tellOtherTabs = () => channel.postMessage('changed');

export function readAgainWhenTold(queries: QueryClient) {
  channel.onmessage = () => void queries.invalidateQueries();
}
