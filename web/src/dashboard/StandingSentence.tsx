import { useTranslation } from 'react-i18next';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { shortTime } from '@/shared/time';
import { standing } from './standing';

const SHOWN = 2;

type Props = { trunks: TrunkBody[]; statuses: ReadonlyMap<string, StatusBody> };

export function StandingSentence({ trunks, statuses }: Props) {
  const { t, i18n } = useTranslation();
  const { key, can, total, name, wrong, disabled, untested } = standing(trunks, statuses);
  const since = (at: string) => shortTime(new Date(at), localeOf(i18n.language));
  const sentences = [
    t(`dashboard.standing.${key}`, { can, total, name }),
    ...wrong
      .slice(0, SHOWN)
      .map((one) => t(`dashboard.${one.state}`, { name: one.trunk.name, since: since(one.since) })),
    wrong.length > SHOWN && t('dashboard.moreWrong', { count: wrong.length - SHOWN }),
    disabled > 0 && total > 1 && t('dashboard.disabled', { count: disabled }),
    untested > 0 && (total > 1 ? t('dashboard.untested', { count: untested }) : t('dashboard.untestedAll')),
  ];
  return <span dir="auto">{sentences.filter(Boolean).join(' ')}</span>;
}
