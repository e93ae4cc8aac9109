import { SimpleGrid, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { PlanBody } from '@/api/generated/api.schemas';
import {
  deletePlan,
  getGetPlanQueryKey,
  getListPlansQueryKey,
  getUpdatePlanUrl,
  updatePlan,
  useGetPlan,
} from '@/api/generated/routing';
import { ifVersion } from '@/api/request';
import { validated } from '@/api/validate';
import { useMayChange } from '@/session/rights';
import { ConfirmDelete } from '@/shared/ConfirmDelete';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { DryRun } from './DryRun';
import { PlanForm, type PlanValues } from './PlanForm';
import { toPatch, valuesOf } from './plan-values';

const route = getRouteApi('/answering/plans/$planId');

export function PlanPage() {
  const { planId } = route.useParams();
  const plan = useGetPlan(planId);
  return (
    <Read query={plan}>
      {(current) => <One plan={current} reload={async () => (await plan.refetch()).data} />}
    </Read>
  );
}

function One({ plan, reload }: { plan: PlanBody; reload: () => Promise<PlanBody | undefined> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayChange = useMayChange();
  const [begun, setBegun] = useState(plan);
  const { name } = begun;
  const read = () => queries.invalidateQueries({ queryKey: getListPlansQueryKey() });
  const send = async (values: PlanValues) => {
    const saved = await updatePlan(plan.id, toPatch(values), ifVersion(begun.version));
    queries.setQueryData(getGetPlanQueryKey(plan.id), saved);
    setBegun(saved);
    await read();
    notifications.show({ message: t('answering.plan.saved', { name: saved.name }), color: 'green' });
  };
  const gone = async () => {
    await navigate({ to: '/answering' });
    queries.removeQueries({ queryKey: getGetPlanQueryKey(plan.id) });
    await read();
    notifications.show({ message: t('answering.plan.deleted', { name }) });
  };
  const judge = (values: PlanValues, signal: AbortSignal) =>
    validated('PATCH', getUpdatePlanUrl(plan.id), toPatch(values), {
      ...ifVersion(begun.version),
      signal,
    });
  const loadCurrent = async () => {
    const current = await reload();
    if (current) setBegun(current);
  };
  const back = (
    <LinkButton to="/answering" variant="default">
      {t('shared.back')}
    </LinkButton>
  );
  const remove = (
    <ConfirmDelete
      title={t('answering.plan.deleteTitle', { name })}
      says={t('answering.plan.deleteSays', { count: begun.numbers.length })}
      yes={t('answering.plan.deleteYes', { name })}
      remove={() => deletePlan(plan.id, ifVersion(begun.version))}
      onDone={() => void gone()}
    />
  );
  return (
    <>
      <PageHead title={name} actions={mayChange && remove} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" style={{ alignItems: 'start' }}>
        {mayChange ? (
          <PlanForm
            key={begun.version}
            name={`plan:${plan.id}:${begun.version}`}
            values={valuesOf(begun)}
            verb={t('shared.save')}
            send={send}
            judge={judge}
            beside={back}
            loadCurrent={() => void loadCurrent()}
          />
        ) : (
          <div>
            <Text mb="md">{t('shared.notChanged')}</Text>
            {back}
          </div>
        )}
        <DryRun called={begun.numbers[0] ?? ''} />
      </SimpleGrid>
    </>
  );
}
