import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { createPlan, getCreatePlanUrl, getListPlansQueryKey } from '@/api/generated/routing';
import { useOnce } from '@/api/once';
import { validated } from '@/api/validate';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { PlanForm, type PlanValues } from './PlanForm';
import { BLANK, toCreate } from './plan-values';

export function PlanNew() {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const once = useOnce();
  const send = async (values: PlanValues) => {
    const body = toCreate(values);
    const made = await createPlan(body, once(body));
    await queries.invalidateQueries({ queryKey: getListPlansQueryKey() });
    notifications.show({ message: t('answering.plan.created', { name: made.name }), color: 'green' });
    await navigate({ to: '/answering/plans/$planId', params: { planId: made.id } });
  };
  const judge = (values: PlanValues, signal: AbortSignal) =>
    validated('POST', getCreatePlanUrl(), toCreate(values), { signal });
  const cancel = (
    <LinkButton to="/answering" variant="default">
      {t('shared.cancel')}
    </LinkButton>
  );
  return (
    <>
      <PageHead title={t('answering.plan.new')} sentence={t('answering.plan.newSentence')} />
      <PlanForm
        name="plan"
        values={BLANK}
        verb={t('answering.plan.create')}
        send={send}
        judge={judge}
        beside={cancel}
      />
    </>
  );
}
