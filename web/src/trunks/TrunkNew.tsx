import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { createTrunk, getCreateTrunkUrl } from '@/api/generated/trunks';
import { useOnce } from '@/api/once';
import { validated } from '@/api/validate';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { trunksKey } from './reading';
import { TrunkForm } from './TrunkForm';
import { blank, type TrunkValues, toCreate } from './values';

/** The country of the reader's language, as a proposal. */
const proposed = () => new Intl.Locale(navigator.language).maximize().region ?? '';

export function TrunkNew() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const [values] = useState(() => blank(proposed()));
  const creating = useMutation({
    mutationFn: (typed: TrunkValues) => {
      const body = toCreate(typed);
      return createTrunk(body, once(body));
    },
  });
  const send = async (typed: TrunkValues) => {
    const trunk = await creating.mutateAsync(typed);
    await queries.invalidateQueries({ queryKey: trunksKey() });
    notifications.show({ message: t('trunks.created', { name: trunk.name }), color: 'green' });
    await navigate({ to: '/trunks/$trunkId', params: { trunkId: trunk.id } });
  };
  return (
    <>
      <PageHead title={t('trunks.new')} sentence={t('trunks.newSentence')} />
      <TrunkForm
        name="trunk"
        values={values}
        isNew
        verb={t('trunks.create')}
        send={send}
        judge={(typed, signal) => validated('POST', getCreateTrunkUrl(), toCreate(typed), { signal })}
        cancel={
          <LinkButton to="/trunks" variant="default">
            {t('shared.cancel')}
          </LinkButton>
        }
      />
    </>
  );
}
