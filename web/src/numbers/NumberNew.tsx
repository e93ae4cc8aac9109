import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { createNumber, getCreateNumberUrl } from '@/api/generated/numbers';
import { useOnce } from '@/api/once';
import { validated } from '@/api/validate';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { NumberForm, type NumberValues } from './NumberForm';
import { numbersKey } from './reading';

const BLANK: NumberValues = { number: '', trunk: '', label: '' };

const toCreate = ({ number, trunk, label }: NumberValues) => ({
  number,
  trunk_id: trunk,
  ...(label.trim() && { label }),
});

export function NumberNew() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const send = async (values: NumberValues) => {
    const body = toCreate(values);
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
        judge={(values, signal) => validated('POST', getCreateNumberUrl(), toCreate(values), { signal })}
        beside={
          <LinkButton to="/numbers" variant="default">
            {t('shared.cancel')}
          </LinkButton>
        }
      />
    </>
  );
}
