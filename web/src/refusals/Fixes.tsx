import { Button, Group, Text } from '@mantine/core';
import { lazy, Suspense, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { FixBody, RejectionBody } from '@/api/generated/api.schemas';
import { useMayChange } from '@/session/rights';
import { Failure } from '@/shared/Failure';
import { offered } from './fixes';
import classes from './RefusalCard.module.css';
import { useApply } from './useApply';

// its list of plans comes when a number needs one
const OnPlan = lazy(() => import('./OnPlan').then(({ OnPlan }) => ({ default: OnPlan })));

type Props = {
  rows: RejectionBody[];
  verb: (fix: FixBody) => string;
  onFixed?: (row: RejectionBody) => void;
  primary: boolean;
};

export function Fixes({ rows, verb, onFixed, primary }: Props) {
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
            <Suspense key={one.fix.id}>
              <OnPlan offer={one} verb={verb} apply={apply} primary={primary} />
            </Suspense>
          ) : (
            <Button
              key={one.fix.id}
              size="compact-md"
              className={classes.fix}
              variant={primary && place === 0 ? 'filled' : 'default'}
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
