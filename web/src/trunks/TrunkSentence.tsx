import { useTranslation } from 'react-i18next';
import type { StatusBody, TrunkBody } from '@/api/generated/api.schemas';
import { localeOf } from '@/shared/locale';
import { shortTime } from '@/shared/time';
import { says, stateOf } from './says';

type Props = { trunk: TrunkBody; status?: StatusBody };

export function TrunkSentence({ trunk, status }: Props) {
  const { t, i18n } = useTranslation();
  const found = says(trunk, status);
  const moment = (at: string | undefined) => (at ? shortTime(new Date(at), localeOf(i18n.language)) : '');
  const since = moment(status?.since);
  const tested = moment(trunk.tested_at);
  return (
    <>
      {found ? (
        t(`trunks.says.${found.key}`, { name: trunk.name, since, tested, ...found })
      ) : (
        <span lang="en">{status?.sentence}</span>
      )}
      {stateOf(trunk, status) === 'untested' && ` ${t('trunks.says.untested')}`}
    </>
  );
}
