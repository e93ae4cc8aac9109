import { useTranslation } from 'react-i18next';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { shortTime } from '@/shared/time';
import { says } from './says';

type Props = { trunk: TrunkBody; status?: StatusBody };

export function TrunkSentence({ trunk, status }: Props) {
  const { t, i18n } = useTranslation();
  const found = says(trunk, status);
  if (!found) return <span lang="en">{status?.sentence}</span>;
  const since = status ? shortTime(new Date(status.since), localeOf(i18n.language)) : '';
  return <>{t(`trunks.says.${found.key}`, { name: trunk.name, since, ...found })}</>;
}
