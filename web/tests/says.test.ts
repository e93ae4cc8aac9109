import { describe, expect, it } from 'vitest';
import type { EndpointBody, StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { addressOf, latency, says } from '@/trunks/says';

const trunk = (changed: Partial<TrunkBody> = {}): TrunkBody => ({
  id: 'trk_1',
  version: 1,
  name: 'Acme',
  domain: 'a.sip.example',
  source_cidrs: [],
  country: 'GB',
  enabled: true,
  endpoints: [{ host: '203.0.113.5', port: 5060 }, { host: 'sip.acme.example' }],
  created_at: '',
  updated_at: '',
  ...changed,
});

const endpoint = (changed: Partial<EndpointBody> = {}): EndpointBody => ({
  host: '203.0.113.5',
  port: 5060,
  transport: 'udp',
  edge_id: 'edge1',
  reachable: true,
  latency_ms: 12.4,
  ...changed,
});

const status = (verdict: StatusBody['verdict'], endpoints: EndpointBody[] = []): StatusBody => ({
  trunk_id: 'trk_1',
  version: 1,
  verdict,
  sentence: '',
  since: '2026-11-23T14:02:00Z',
  endpoints,
});

describe('what a trunk can do', () => {
  it.each([
    [
      'switched off, whatever was found last',
      trunk({ enabled: false }),
      status('healthy'),
      { key: 'disabled' },
    ],
    ['nothing to probe', trunk({ endpoints: [] }), status('unknown'), { key: 'unprobed' }],
    ['no status yet', trunk(), undefined, { key: 'first' }],
    ['all answer', trunk(), status('healthy'), { key: 'healthy' }],
    [
      'one of two, seen by two edges',
      trunk(),
      status('degraded', [
        endpoint(),
        endpoint({ edge_id: 'edge2' }),
        endpoint({ host: 'x', reachable: false }),
      ]),
      { key: 'degraded', answering: 1, total: 2 },
    ],
    ['none', trunk(), status('down'), { key: 'down', where: '203.0.113.5:5060, sip.acme.example' }],
    ['no edge has reported: the service says it', trunk(), status('unknown'), undefined],
  ])('%s', (_, given, found, expected) => {
    expect(says(given, found)).toEqual(expected);
  });
});

it('an address of IPv6 stands in brackets', () => {
  expect(addressOf({ host: '2001:db8::1', port: 5060 })).toBe('[2001:db8::1]:5060');
});

it('the probe of the quickest endpoint that answers is told', () => {
  expect(
    latency(
      status('degraded', [
        endpoint(),
        endpoint({ latency_ms: 3.2 }),
        endpoint({ latency_ms: 1, reachable: false }),
      ]),
    ),
  ).toBe(3);
  expect(latency(status('down'))).toBeUndefined();
});
