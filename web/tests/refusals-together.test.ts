import { expect, it } from 'vitest';
import type { RejectionBody } from '@/api/generated/api.schemas';
import { together } from '@/refusals/together';

const row = (id: string, version: number, minute: number) =>
  ({ id, version, last_at: `2026-11-23T14:0${minute}:00Z` }) as RejectionBody;

const ids = (rows: RejectionBody[]) => rows.map(({ id, version }) => `${id}.${version}`);

it('takes the newer version of each from either side, and puts the newest first', () => {
  const read = [row('a', 2, 3), row('b', 1, 2)];
  const told = [row('b', 2, 5), row('a', 1, 1), row('c', 1, 4)];
  expect(ids(together(read, told))).toEqual(['b.2', 'c.1', 'a.2']);
});

it('a fix that was answered at once is not undone by a page that was read before', () => {
  expect(ids(together([row('a', 1, 1)], [row('a', 2, 1)]))).toEqual(['a.2']);
});
