import { expect, it } from 'vitest';
import { Selection } from '@/numbers/selection';

it('tells its readers each change, and only those who still read', () => {
  const selection = new Selection();
  const seen: string[][] = [];
  const leave = selection.subscribe(() => seen.push([...selection.all()]));
  selection.toggle('+441');
  selection.toggle('+442');
  selection.toggle('+441');
  selection.become(['+443', '+444']);
  leave();
  selection.become([]);
  expect(seen).toEqual([['+441'], ['+441', '+442'], ['+442'], ['+443', '+444']]);
  expect(selection.has('+443')).toBe(false);
});
