import { Button, Group, Select, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { use, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { NumberBody, PlanBody } from '@/api/generated/api.schemas';
import { getListPlansQueryKey, takeNumbers } from '@/api/generated/routing';
import { useOnce } from '@/api/once';
import { Failure } from '@/shared/Failure';
import { LinkButton } from '@/shared/links';
import { choices, useNamedPlans } from '@/shared/named';
import classes from './Assign.module.css';
import { SelectionContext, useChosen } from './selection';

/** Chosen numbers get another plan, all at once. */
export function Assign({ numbers }: { numbers: NumberBody[] }) {
  const { t } = useTranslation();
  const selection = use(SelectionContext);
  const chosen = useChosen();
  const all = () => selection.become(numbers.map((one) => one.number));
  const count = chosen.size;
  return (
    <div className={classes.bar}>
      <Group gap="sm" align="flex-end">
        <Button variant="default" onClick={count ? () => selection.become([]) : all}>
          {count ? t('numbers.chooseNone') : t('numbers.chooseAll', { count: numbers.length })}
        </Button>
        {count > 0 && <Give numbers={[...chosen]} done={() => selection.become([])} />}
        <Text role="status" c="dimmed" lh="36px">
          {count > 0 && t('numbers.chosen', { count })}
        </Text>
      </Group>
    </div>
  );
}

function Give({ numbers, done }: { numbers: string[]; done: () => void }) {
  const { t } = useTranslation();
  const plans = useNamedPlans();
  const [picked, setPicked] = useState<string | null>(null);
  const plan = plans.find((one) => one.id === picked);
  const giving = useGiving(done);
  if (plans.length === 0) return <LinkButton to="/answering/plans/new">{t('numbers.planFirst')}</LinkButton>;
  return (
    <>
      <Select
        label={t('numbers.plan')}
        placeholder={t('numbers.planPick')}
        data={choices(plans)}
        value={picked}
        onChange={setPicked}
        searchable
      />
      <Button
        disabled={!plan}
        loading={giving.isPending}
        onClick={() => plan && giving.mutate({ plan, numbers })}
      >
        {t('numbers.assign')}
      </Button>
      {giving.error && <Failure error={giving.error} />}
    </>
  );
}

function useGiving(done: () => void) {
  const { t } = useTranslation();
  const queries = useQueryClient();
  const once = useOnce();
  return useMutation({
    mutationFn: ({ plan, numbers }: { plan: PlanBody; numbers: string[] }) =>
      takeNumbers(plan.id, { numbers }, once({ of: plan.id, numbers })),
    onSuccess: async ({ name }, { numbers }) => {
      await queries.invalidateQueries({ queryKey: getListPlansQueryKey() });
      notifications.show({ message: t('numbers.assigned', { name, count: numbers.length }), color: 'green' });
      done();
    },
  });
}
