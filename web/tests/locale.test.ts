import { expect, it } from 'vitest';
import { localeOf } from '@/shared/locale';

it.each([
  ['en', 'en-US', 'en-US'],
  ['de', 'de-AT', 'de-AT'],
  ['en', 'de-DE', 'en-GB'],
  ['de', 'en-US', 'de-DE'],
])('%s in a browser of %s is written as in %s', (language, browser, locale) => {
  expect(localeOf(language, browser)).toBe(locale);
});
