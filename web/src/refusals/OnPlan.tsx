import { Button, Select } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FixBody } from '@/api/generated/api.schemas';
import { LinkButton } from '@/shared/links';
import { choices, useNamedPlans } from '@/shared/named';
import type { Offered } from './fixes';
import classes from './RefusalCard.module.css';
import type { useApply } from './useApply';

type Props = {
  primary: boolean;
  offer: Offered;
  verb: (fix: FixBody) => string;
  apply: ReturnType<typeof useApply>;
};

/** Whoever puts a number on a plan says on which. */
export function OnPlan({ offer: { fix, row }, verb, apply, primary }: Props) {
  const { t } = useTranslation();
  const plans = useNamedPlans();
  const [chosen, setChosen] = useState<string | null>(null);
  const plan_id = chosen ?? plans[0]?.id;
  if (!plan_id) return <LinkButton to="/answering/plans/new">{t('refusals.noPlan')}</LinkButton>;
  return (
    <>
      <Select label={t('refusals.which')} data={choices(plans)} value={plan_id} onChange={setChosen} />
      <Button
        className={classes.fix}
        variant={primary ? 'filled' : 'default'}
        loading={apply.isPending}
        onClick={() => apply.mutate({ row, fix: fix.id, plan_id })}
      >
        {verb(fix)}
      </Button>
    </>
  );
}
