import { useTranslation } from 'react-i18next';
import type { SuccessBody } from '@/api/generated/api.schemas';
import { lasted } from '@/calls/says';
import { localeOf } from '@/shared/locale';
import { percent } from './shares';
import { type Span, spanKey, written } from './span';

/** The sentence above the figures. */
export function HowItGoes({ of, span }: { of: SuccessBody; span: Span }) {
  const { t, i18n } = useTranslation();
  const locale = localeOf(i18n.language);
  const day = (on: string | undefined) => (on ? written(on, locale) : '');
  const when = t(`success.when.${spanKey(span)}`, { from: day(span.from), to: day(span.to) });
  if (of.completion_rate === undefined) return t('success.noneBegun', { when });
  const { p50, p90 } = of.seconds_to_live ?? {};
  const sentences = [
    t('success.rate', { when, count: of.begun, live: of.live, rate: percent(of.completion_rate, locale) }),
    p50 !== undefined &&
      p90 !== undefined &&
      t('success.times', { p50: lasted(p50 * 1000, locale), p90: lasted(p90 * 1000, locale) }),
    of.live_untested > 0 && t('success.untested', { count: of.live_untested }),
  ];
  return sentences.filter(Boolean).join(' ');
}
