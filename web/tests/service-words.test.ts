import i18next from 'i18next';
import { beforeAll, describe, expect, it } from 'vitest';
import { serviceSays } from '@/shared/serviceWords';
import { english } from '@/words';
import { german, problems } from '@/words/de';

beforeAll(async () => {
  await i18next.init({
    lng: 'en',
    interpolation: { escapeValue: false },
    resources: { en: { translation: english }, de: { translation: german, problems } },
  });
});

describe('what a service says', () => {
  it('is its own words to whoever reads English', async () => {
    await i18next.changeLanguage('en');
    expect(serviceSays('country_unknown', 'ZZ is no country', 'use DE')).toEqual({
      what: 'ZZ is no country.',
      repair: 'Use DE.',
      lang: undefined,
      exact: '',
    });
  });

  it('is German by its code, with the exact words behind', async () => {
    await i18next.changeLanguage('de');
    const said = serviceSays('source_has_host_bits', 'bits behind the prefix', 'did you mean 127.0.9.0/24?');
    expect(said.what).toContain('Adresse');
    expect(said.repair).toBe('Meinten Sie 127.0.9.0/24?');
    expect(said.exact).toBe('Bits behind the prefix.');
  });

  it('stays English, and says so, where the code is new', async () => {
    await i18next.changeLanguage('de');
    expect(serviceSays('unheard_of', 'it is odd', '')).toMatchObject({ what: 'It is odd.', lang: 'en' });
  });
});
