import { useTranslation } from 'react-i18next';
import type { FixBody, RejectionBody, TrunkBody } from '@/api/generated/api.schemas';
import { countryName } from '@/shared/countries';
import { localeOf } from '@/shared/locale';
import { useInternational } from '@/shared/Phone';
import { asAddress, done } from './fixes';
import { why } from './why';

const SHOWN = 3;

/** The sentences of a refusal in the reader's language. trunk: absent where it is deleted, or nobody's. */
export function useSays(trunk: TrunkBody | undefined) {
  const { t, i18n } = useTranslation();
  const international = useInternational();
  const locale = localeOf(i18n.language);
  const name = trunk?.name ?? t('refusals.theTrunk');
  const country = (code = trunk?.country) => (code ? countryName(code, locale) : t('refusals.itsCountry'));
  const list = (all: string[], type: 'conjunction' | 'disjunction') =>
    new Intl.ListFormat(locale, { type }).format(
      all.length > SHOWN ? [...all.slice(0, SHOWN), t('refusals.more', { count: all.length - SHOWN })] : all,
    );

  const reason = (row: RejectionBody, trunkGone = false) => {
    const { key, ...of } = why(row, trunkGone);
    const said = {
      name,
      ...of,
      allows: list((of.allows ?? []).map(asAddress), 'conjunction'),
      numbers: list((of.numbers ?? []).map(international), 'disjunction'),
      country: country(of.country),
      itsCountry: country(),
      method: of.method ?? '',
      about: of.about ?? '',
    };
    return { says: t(`refusals.why.${key}`, said), todo: t(`refusals.todo.${key}`, said) };
  };

  const verb = (fix: FixBody) =>
    t(`refusals.fix.${fix.kind}`, {
      name,
      network: fix.source_cidr ?? '',
      address: asAddress(fix.source_cidr ?? ''),
      country: country(fix.country),
      number: international(fix.number ?? ''),
    });

  const mended = (row: RejectionBody) => {
    const found = done(row);
    if (!found) return undefined;
    const { kind, value } = found;
    return t(`refusals.done.${kind}`, {
      name,
      network: value,
      address: asAddress(value),
      country: kind === 'read_as_country' ? country(value) : '',
      number: international(value),
    });
  };
  return { reason, verb, mended };
}
