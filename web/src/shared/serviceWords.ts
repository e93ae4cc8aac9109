/**
 * What a service says of a code, in the reader's language. The services speak English; in German we say what the
 * code means, and what is exact in the service's words follows them.
 */
import i18next from 'i18next';
import { sentence } from './sentence';

export type ServiceSays = {
  what: string;
  repair: string;
  /** Of both: the language, where it is not the reader's. */
  lang: 'en' | undefined;
  /** The service's own sentence, in English, where `what` is ours. */
  exact: string;
};

const MEANT = /did you mean (.+?)\?/i;

export function serviceSays(code: string, detail: string, hint: string): ServiceSays {
  const known = i18next.getResource(i18next.language, 'problems', code) as [string, string] | undefined;
  if (!known) {
    const lang = i18next.language === 'en' ? undefined : 'en';
    return { what: sentence(detail), repair: sentence(hint), lang, exact: '' };
  }
  const [what, repair] = known;
  const meant = MEANT.exec(hint)?.[1];
  return {
    what,
    repair: meant ? i18next.t('shared.meant', { meant }) : repair,
    lang: undefined,
    exact: sentence(detail),
  };
}
