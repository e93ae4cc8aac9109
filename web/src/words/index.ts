/** The texts of the screens: English here, others fetched when they are chosen. No component has words of its own. */
import i18next from 'i18next';
import { initReactI18next } from 'react-i18next';
import answering from './en/answering.json';
import calls from './en/calls.json';
import type connect from './en/connect.json';
import dashboard from './en/dashboard.json';
import live from './en/live.json';
import numbers from './en/numbers.json';
import refusals from './en/refusals.json';
import session from './en/session.json';
import settings from './en/settings.json';
import shared from './en/shared.json';
import shell from './en/shell.json';
import type success from './en/success.json';
import trunks from './en/trunks.json';

export const english = {
  shell,
  session,
  shared,
  calls,
  dashboard,
  live,
  refusals,
  numbers,
  trunks,
  answering,
  settings,
};

/** With those that are fetched with their screens. */
export type Words = typeof english & { connect: typeof connect; success: typeof success };

export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const;
export type Language = keyof typeof LANGUAGES;

const KEPT = 'keepline-language';

declare module 'i18next' {
  interface CustomTypeOptions {
    resources: { translation: Words };
    returnNull: false;
  }
}

export async function beginWords(): Promise<void> {
  await i18next.use(initReactI18next).init({
    lng: 'en',
    fallbackLng: 'en',
    resources: { en: { translation: english } },
    interpolation: { escapeValue: false },
  });
  const chosen = localStorage.getItem(KEPT) ?? navigator.language.slice(0, 2);
  await speak(chosen in LANGUAGES ? (chosen as Language) : 'en');
}

export async function choose(language: Language): Promise<void> {
  localStorage.setItem(KEPT, language);
  await speak(language);
}

async function speak(language: Language): Promise<void> {
  if (language === 'de' && !i18next.hasResourceBundle('de', 'translation')) {
    const { german, problems } = await import('./de');
    i18next.addResourceBundle('de', 'translation', german);
    i18next.addResourceBundle('de', 'problems', problems);
  }
  await i18next.changeLanguage(language);
  document.documentElement.lang = language;
}
