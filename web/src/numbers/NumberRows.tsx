import { Checkbox } from '@mantine/core';
import { useMemo } from 'react';
import { useTranslation } from 'react-i18next';
import type { NumberBody } from '@/api/generated/api.schemas';
import { LastCall } from '@/shared/LastCall';
import { useLatestCalls } from '@/shared/latest';
import { TextLink } from '@/shared/links';
import { international, Num } from '@/shared/Num';
import { byId, useNamedAgents, useNamedPlans, useNamedTrunks } from '@/shared/named';
import { aboveLink, type Column, Rows, rowLink } from '@/shared/Rows';
import { type Answers, answersOf } from './answers';
import { useIsChosen } from './selection';

const idOf = (one: NumberBody) => one.id;

type Props = { numbers: NumberBody[]; mayChange: boolean };

export function NumberRows({ numbers, mayChange }: Props) {
  const { t } = useTranslation();
  const trunks = useNamedTrunks();
  const agents = useNamedAgents();
  const plans = useNamedPlans();
  const keys = useMemo(() => numbers.map((one) => one.number), [numbers]);
  const latest = useLatestCalls('number', keys);
  // the same columns draw the same rows, so that a thousand of them stand still while one is chosen
  const columns = useMemo(() => {
    const trunkOf = byId(trunks);
    const answers = answersOf(plans, byId(agents));
    const choice: Column<NumberBody> = {
      key: 'choice',
      head: t('numbers.choice'),
      narrow: true,
      cell: (one) => <Choice number={one.number} />,
    };
    const others: Column<NumberBody>[] = [
      {
        key: 'number',
        head: t('numbers.number'),
        cell: (one) => (
          <TextLink to="/numbers/$numberId" params={{ numberId: one.id }} className={rowLink}>
            <Num e164={one.number} />
          </TextLink>
        ),
      },
      { key: 'label', head: t('numbers.label'), cell: (one) => <span dir="auto">{one.label ?? ''}</span> },
      {
        key: 'answers',
        head: t('numbers.answers'),
        cell: (one) => <Answering answers={answers.get(one.number)} />,
      },
      {
        key: 'trunk',
        head: t('numbers.trunk'),
        cell: (one) => <span dir="auto">{trunkOf.get(one.trunk_id)?.name ?? t('numbers.gone')}</span>,
      },
      {
        key: 'last',
        head: t('numbers.lastCall'),
        end: true,
        cell: (one) => <LastCall call={latest.get(one.number)} />,
      },
    ];
    return mayChange ? [choice, ...others] : others;
  }, [t, trunks, agents, plans, latest, mayChange]);
  return <Rows label={t('numbers.title')} items={numbers} columns={columns} keyOf={idOf} />;
}

function Choice({ number }: { number: string }) {
  const { t } = useTranslation();
  const [isChosen, toggle] = useIsChosen(number);
  const label = t('numbers.choose', { number: international(number) });
  return <Checkbox checked={isChosen} onChange={toggle} className={aboveLink} aria-label={label} />;
}

function Answering({ answers }: { answers: Answers | undefined }) {
  const { t } = useTranslation();
  if (!answers) return t('numbers.nobody');
  const { first, fallback } = answers;
  return (
    <span dir="auto">
      {first?.name ?? t('numbers.gone')}
      {fallback && t('numbers.thenOther', { name: fallback.name })}
    </span>
  );
}
