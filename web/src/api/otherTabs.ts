/** A change in one tab is told to the others of this browser, which then read again what they show. */
import type { QueryClient } from '@tanstack/react-query';

// a channel does not hear itself
const channel = new BroadcastChannel('keepline-changed');

export const tellOtherTabs = () => channel.postMessage('changed');

// POSTs and PATCHes that ask and write nothing, some of them while somebody types
const ASKS = /[?&]validate_only=true|:judge$|\/routing\/route$/;

export const changes = (address: string, { method = 'GET' }: RequestInit) =>
  method !== 'GET' && !ASKS.test(address);

export function readAgainWhenTold(queries: QueryClient) {
  channel.onmessage = () => void queries.invalidateQueries();
}
