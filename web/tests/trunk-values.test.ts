import { describe, expect, it } from 'vitest';
import { blank, linesOf, toCreate, valuesOf } from '@/trunks/values';

describe('sources are taken as they are pasted', () => {
  it.each([
    ['203.0.113.0/28', ['203.0.113.0/28']],
    ['203.0.113.0/28\n\n  198.51.100.7 ', ['203.0.113.0/28', '198.51.100.7']],
    ['203.0.113.1, 203.0.113.2;203.0.113.3', ['203.0.113.1', '203.0.113.2', '203.0.113.3']],
    ['', []],
  ])('%j', (typed, lines) => {
    expect(linesOf(typed)).toEqual(lines);
  });
});

describe('a trunk that is created', () => {
  it('leaves out what was left empty', () => {
    expect(toCreate({ ...blank('GB'), name: 'Acme' })).toEqual({
      name: 'Acme',
      country: 'GB',
      source_cidrs: [],
      endpoints: [],
    });
  });

  it('has a port as a number, and what is none as it was typed', () => {
    const endpoints = [
      { host: ' sip.acme.example ', port: '5061', transport: 'tls' },
      { host: 'a', port: 'x', transport: 'udp' },
      { host: 'b', port: '', transport: 'udp' },
    ];
    expect(toCreate({ ...blank('GB'), name: 'Acme', endpoints }).endpoints).toEqual([
      { host: 'sip.acme.example', port: 5061, transport: 'tls' },
      { host: 'a', port: 'x', transport: 'udp' },
      { host: 'b', transport: 'udp' },
    ]);
  });
});

it('a trunk that is read and sent back is the same', () => {
  const trunk = {
    id: 'trk_1',
    version: 3,
    name: 'Acme',
    domain: 'a.sip.example',
    source_cidrs: ['203.0.113.0/28', '2001:db8::/32'],
    country: 'DE',
    endpoints: [{ host: '203.0.113.5', port: 5060, transport: 'udp' as const }],
    enabled: true,
    created_at: '',
    updated_at: '',
  };
  const { name, country, source_cidrs, endpoints } = trunk;
  expect(toCreate(valuesOf(trunk))).toEqual({ name, country, source_cidrs, endpoints });
});
