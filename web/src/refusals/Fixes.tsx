import { Button, Group, Select, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FixBody, RejectionBody } from '@/api/generated/api.schemas';
import { useMayChange } from '@/session/rights';
import { Failure } from '@/shared/Failure';
import { LinkButton } from '@/shared/links';
import { choices, useNamedPlans } from '@/shared/named';
import { type Offered, offered } from './fixes';
import { useApply } from './useApply';

type Props = {
  rows: RejectionBody[];
  verb: (fix: FixBody) => string;
  onFixed?: (row: RejectionBody) => void;
};

export function Fixes({ rows, verb, onFixed }: Props) {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const [foreign, setForeign] = useState(false);
  const apply = useApply(onFixed);
  const offers = offered(rows);
  if (offers.length === 0) return null;
  if (!mayChange) return <Text c="dimmed">{t('refusals.askOwner')}</Text>;
  if (foreign) return <Text mt="xs">{t('refusals.notMineHint')}</Text>;
  const aboutSource = rows[0]?.code === 'source_not_allowed';
  return (
    <>
      <Group gap="xs" mt="xs" align="flex-end">
        {offers.map((one, place) =>
          one.fix.kind === 'put_on_plan' ? (
            <OnPlan key={one.fix.id} offer={one} verb={verb} apply={apply} />
          ) : (
            <Button
              key={one.fix.id}
              size="compact-md"
              variant={place === 0 ? 'filled' : 'default'}
              loading={apply.isPending && apply.variables?.fix === one.fix.id}
              onClick={() => apply.mutate({ row: one.row, fix: one.fix.id })}
            >
              {verb(one.fix)}
            </Button>
          ),
        )}
        {aboutSource && (
          <Button size="compact-md" variant="subtle" onClick={() => setForeign(true)}>
            {t('refusals.notMine')}
          </Button>
        )}
      </Group>
      {apply.error && <Failure error={apply.error} mt="xs" />}
    </>
  );
}

type OnPlanProps = { offer: Offered; verb: Props['verb']; apply: ReturnType<typeof useApply> };

/** Whoever puts a number on a plan says on which. */
function OnPlan({ offer: { fix, row }, verb, apply }: OnPlanProps) {
  const { t } = useTranslation();
  const plans = useNamedPlans();
  const [chosen, setChosen] = useState<string | null>(null);
  const plan_id = chosen ?? plans[0]?.id;
  if (!plan_id) return <LinkButton to="/answering/plans/new">{t('refusals.noPlan')}</LinkButton>;
  return (
    <>
      <Select
        label={t('refusals.which')}
        data={choices(plans)}
        value={plan_id}
        onChange={setChosen}
        allowDeselect={false}
      />
      <Button loading={apply.isPending} onClick={() => apply.mutate({ row, fix: fix.id, plan_id })}>
        {verb(fix)}
      </Button>
    </>
  );
}
