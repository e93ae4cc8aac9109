import { expect, it } from 'vitest';
import { inParts } from '@/shared/parts';

it.each([
  [[], []],
  [['a'], [['a']]],
  [
    ['a', 'b', 'c'],
    [['a', 'b'], ['c']],
  ],
  [
    ['a', 'b', 'c', 'd'],
    [
      ['a', 'b'],
      ['c', 'd'],
    ],
  ],
])('%j in parts of two', (all, parts) => {
  expect(inParts(all, 2)).toEqual(parts);
});
