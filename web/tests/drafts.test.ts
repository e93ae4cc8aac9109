import { beforeEach, expect, it, vi } from 'vitest';
import { draftOf, draftsAreOf, forgetDraft, keepDraft } from '@/shared/drafts';

const ROOM = 5_000_000;

/** As a tab's: its keys are its own, and its room ends. */
function emptyStorage() {
  const items: Record<string, string> = {};
  const storage = Object.defineProperties(items, {
    getItem: { value: (key: string) => items[key] ?? null },
    removeItem: { value: (key: string) => delete items[key] },
    setItem: {
      value: (key: string, value: string) => {
        if (value.length > ROOM) throw new DOMException('no room', 'QuotaExceededError');
        items[key] = value;
      },
    },
  });
  vi.stubGlobal('sessionStorage', storage);
}

beforeEach(() => {
  emptyStorage();
  draftsAreOf('anna');
  keepDraft('trunk', { name: 'Acme' });
});

it('keeps what was typed until it is forgotten', () => {
  expect(draftOf('trunk', {})).toEqual({ name: 'Acme' });
  forgetDraft('trunk');
  expect(draftOf('trunk', {})).toEqual({});
});

it.each([
  ['anna', true],
  ['berta', false],
  ['', false],
])('when %j is signed in, what anna typed is there: %s', (person, there) => {
  draftsAreOf(person);
  expect(draftOf('trunk', undefined) !== undefined).toBe(there);
});

it('does without what is too long for the tab, and without an older text in its place', () => {
  keepDraft('trunk', 'x'.repeat(ROOM));
  expect(draftOf('trunk', undefined)).toBeUndefined();
});
