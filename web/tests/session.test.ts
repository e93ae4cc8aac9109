import { expect, it } from 'vitest';
import { onlyOurs } from '@/session/onlyOurs';
import { mayChange } from '@/session/roles';

it.each([
  ['/trunks?q=a#b', '/trunks?q=a#b'],
  ['https://elsewhere.example/', '/'],
  ['//elsewhere.example/', '/'],
  ['/\\elsewhere.example/', '/'],
  ['', '/'],
])('after a sign-in the way back from %j is %j', (kept, taken) => {
  expect(onlyOurs(kept)).toBe(taken);
});

it.each([
  ['owner', true],
  ['admin', true],
  ['viewer', false],
  ['operator', false],
  ['', false],
])('%s may change things: %s', (role, may) => {
  expect(mayChange(role)).toBe(may);
});
