/** What a trunk can do, as a sentence in the reader's language; health-monitor's own where ours would say less. */
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';

export type Says = {
  key: 'disabled' | 'unprobed' | 'proven' | 'first' | 'healthy' | 'degraded' | 'down';
  where?: string;
  answering?: number;
  total?: number;
};

/** Undefined: the sentence of the status says it. */
export function says(trunk: TrunkBody, status: StatusBody | undefined): Says | undefined {
  if (!trunk.enabled) return { key: 'disabled' };
  if (trunk.endpoints.length === 0) return { key: trunk.tested_at ? 'proven' : 'unprobed' };
  if (!status) return { key: 'first' };
  const total = trunk.endpoints.length;
  const answering = new Set(status.endpoints.filter((one) => one.reachable).map(addressOf)).size;
  switch (status.verdict) {
    case 'healthy':
      return { key: 'healthy' };
    case 'degraded':
      return { key: 'degraded', answering, total };
    case 'down':
      return { key: 'down', where: trunk.endpoints.map(addressOf).join(', ') };
    default:
      return undefined;
  }
}

/**
 * What its badge says. Probes say that a provider is reachable, not that a call comes through: until one was
 * answered and heard, a trunk is untested. One without an address to probe is known by that call alone.
 */
export function stateOf(trunk: TrunkBody, status: StatusBody | undefined): TrunkState {
  if (!trunk.enabled) return 'disabled';
  const verdict = status?.verdict ?? 'unknown';
  if (verdict === 'down' || verdict === 'degraded') return verdict;
  if (!trunk.tested_at) return 'untested';
  return trunk.endpoints.length === 0 ? 'tested' : verdict;
}

export type TrunkState = StatusBody['verdict'] | 'untested' | 'tested' | 'disabled';

/** As a person looks for them: what needs a hand first. */
export const STATES: TrunkState[] = [
  'down',
  'degraded',
  'untested',
  'unknown',
  'tested',
  'healthy',
  'disabled',
];

type At = { host: string; port?: number };

export function addressOf({ host, port }: At): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  return port ? `${name}:${port}` : name;
}

/** Of the quickest endpoint, in whole milliseconds. */
export function latency(status: StatusBody | undefined): number | undefined {
  const known = status?.endpoints.flatMap((one) =>
    one.reachable && one.latency_ms !== undefined ? [one.latency_ms] : [],
  );
  return known?.length ? Math.max(1, Math.round(Math.min(...known))) : undefined;
}
