import { describe, expect, it } from 'vitest';
import { judged, sourcesOf } from '@/connect/provider/judged';
import { around, extent, networksIn } from '@/connect/provider/networks';

describe('addresses are found in whatever was pasted', () => {
  it.each([
    ['one a line', '81.2.69.0/28\n81.2.69.144', ['81.2.69.0/28', '81.2.69.144']],
    [
      'commas and words',
      'Please allow 81.2.69.5, 81.2.69.6 and (81.2.69.7).',
      ['81.2.69.5', '81.2.69.6', '81.2.69.7'],
    ],
    ['ports and schemes', 'sip:81.2.69.5:5060 udp:81.2.69.6:5061', ['81.2.69.5', '81.2.69.6']],
    ['a mask', '81.2.69.0/255.255.255.240', ['81.2.69.0/255.255.255.240']],
    ['a range that is a network', '81.2.69.0 - 81.2.69.15', ['81.2.69.0/28']],
    ['a range that is none', '81.2.69.5–81.2.69.8', ['81.2.69.5/32', '81.2.69.6/31', '81.2.69.8/32']],
    ['a range upside down is two addresses', '81.2.69.8-81.2.69.5', []],
    ['the newer kind', '[2001:db8::5]:5060 2001:db8::/48', ['2001:db8::5', '2001:db8::/48']],
    ['twice', '81.2.69.5 81.2.69.5', ['81.2.69.5']],
    ['what the service has to refuse', '300.1.2.3 81.2.69.0/33', ['300.1.2.3', '81.2.69.0/33']],
    ['telephone numbers, times and versions', '+44 20 7946 0123, 14:02, v1.2, 5060', []],
    ['nothing', '', []],
  ])('%s', (_, text, cidrs) => {
    expect(sourcesOf(networksIn(text))).toEqual(cidrs);
  });

  it('a name is told and never sent', () => {
    const found = networksIn('sip.acme.example and 81.2.69.5');
    expect(found.map((one) => [one.cidr, one.isName])).toEqual([
      ['sip.acme.example', true],
      ['81.2.69.5', false],
    ]);
    expect(sourcesOf(found)).toEqual(['81.2.69.5']);
  });
});

it.each([
  ['81.2.69.0/28', { count: 16, first: '81.2.69.0', last: '81.2.69.15' }],
  ['81.2.69.5', { count: 1, first: '81.2.69.5', last: '81.2.69.5' }],
  ['255.255.255.255/32', { count: 1, first: '255.255.255.255', last: '255.255.255.255' }],
  ['2001:db8::/48', undefined],
  ['81.2.69.0/33', undefined],
  ['300.1.2.3', undefined],
])('how many addresses %s has', (cidr, found) => {
  expect(extent(cidr)).toEqual(found);
});

it('knows the network around an address with a prefix', () => {
  expect(around('81.2.69.5/28')).toBe('81.2.69.0/28');
  expect(around('2001:db8::5/48')).toBeUndefined();
});

describe('what the service says stands at its network', () => {
  const found = networksIn('sip.acme.example 81.2.69.0/33 81.2.69.144');
  const wrong = { pointer: '/source_cidrs/0', code: 'source_unreadable', detail: 'd', hint: 'h' };

  it('the place of a name does not count', () => {
    expect(judged(found, [wrong]).map((one) => one.verdict)).toEqual(['name', 'bad', 'good']);
  });

  it('nothing is good before the service has said so', () => {
    expect(judged(found, undefined).map((one) => one.verdict)).toEqual(['name', 'asked', 'asked']);
  });
});
