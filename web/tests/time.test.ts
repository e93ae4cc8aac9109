import { expect, it } from 'vitest';
import { shortTime } from '@/shared/time';

const now = new Date(2026, 10, 24, 16, 0);

it.each([
  [new Date(2026, 10, 24, 14, 2), 'en-GB', '14:02'],
  [new Date(2026, 10, 23, 14, 2), 'en-GB', '23 Nov, 14:02'],
  [new Date(2025, 10, 23, 14, 2), 'en-GB', '23 Nov 2025, 14:02'],
  [new Date(2026, 10, 24, 14, 2), 'de', '14:02'],
])('%s is told shortly (%s)', (at, language, told) => {
  expect(shortTime(at, language, now)).toBe(told);
});
