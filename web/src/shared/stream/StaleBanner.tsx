import { Alert, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { IconAlertTriangle } from '../icons';
import { localeOf } from '../locale';
import { ago, exactTime } from '../time';
import { type Freshness, worst } from './freshness';
import { useNow } from './use';

/** Says that what a screen shows is not of this moment, since when, and from when it is; nothing otherwise. */
export function StaleBanner({ of }: { of: Freshness[] }) {
  const now = useNow();
  const late = worst(of, now);
  return <div role="status">{late && <Says since={late.since} asOf={late.asOf} now={now} />}</div>;
}

function Says({ since, asOf, now }: { since: number; asOf?: number; now: number }) {
  const { t, i18n } = useTranslation();
  const locale = localeOf(i18n.language);
  const from = asOf === undefined ? t('live.nothingYet') : t('live.from', { time: exactTime(asOf, locale) });
  return (
    <Alert color="yellow" variant="outline" mb="md" icon={<IconAlertTriangle aria-hidden />}>
      {/* the seconds are not read out each time */}
      <span aria-hidden>{t('live.lostAgo', { ago: ago(now - since, locale) })}</span>
      <VisuallyHidden>{t('live.lost')}</VisuallyHidden> {from}
    </Alert>
  );
}
