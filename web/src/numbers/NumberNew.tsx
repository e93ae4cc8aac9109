import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { createNumber } from '@/api/generated/numbers';
import { useOnce } from '@/api/once';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { NumberForm, type NumberValues } from './NumberForm';
import { numbersKey } from './reading';

const BLANK: NumberValues = { number: '', trunk: '', label: '' };

export function NumberNew() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const send = async ({ number, trunk, label }: NumberValues) => {
    const body = { number, trunk_id: trunk, ...(label.trim() && { label }) };
    const made = await createNumber(body, once(body));
    await queries.invalidateQueries({ queryKey: numbersKey() });
    notifications.show({ message: t('numbers.created', { number: made.number }), color: 'green' });
    if (made.warnings.length === 0) await navigate({ to: '/numbers' });
    else await navigate({ to: '/numbers/$numberId', params: { numberId: made.id } });
  };
  return (
    <>
      <PageHead title={t('numbers.new')} sentence={t('numbers.newSentence')} />
      <NumberForm
        name="number"
        values={BLANK}
        isNew
        verb={t('numbers.create')}
        send={send}
        beside={
          <LinkButton to="/numbers" variant="default">
            {t('shared.cancel')}
          </LinkButton>
        }
      />
    </>
  );
}
