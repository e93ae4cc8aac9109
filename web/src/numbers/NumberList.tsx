import { Text } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { NumberBody } from '@/api/generated/api.schemas';
import { useMayChange } from '@/session/rights';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { LinkButton, TextLink } from '@/shared/links';
import { More } from '@/shared/More';
import { Num } from '@/shared/Num';
import { byId, useNamedAgents, useNamedPlans, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { Rows, rowLink } from '@/shared/Rows';
import { SearchBox } from '@/shared/SearchBox';
import { Waiting } from '@/shared/Waiting';
import { whoAnswers } from './answers';
import { useNumbers } from './reading';

const route = getRouteApi('/numbers');

export function NumberList() {
  const { t } = useTranslation();
  const { q } = route.useSearch();
  const navigate = route.useNavigate();
  const mayChange = useMayChange();
  const numbers = useNumbers(q);
  const add = mayChange && <LinkButton to="/numbers/new">{t('numbers.add')}</LinkButton>;
  const blank = numbers.items?.length === 0;
  const search = (next: string) => void navigate({ search: next ? { q: next } : {}, replace: true });
  return (
    <>
      <PageHead title={t('numbers.title')} sentence={t('numbers.sentence')} actions={!(blank && !q) && add} />
      {!(blank && !q) && <SearchBox value={q} onChange={search} />}
      {numbers.error && <Failure error={numbers.error} again={() => void numbers.refetch()} mb="md" />}
      {numbers.isPending && <Waiting />}
      {blank &&
        (q ? <Empty sentence={t('shared.noMatch')} /> : <Empty sentence={t('numbers.none')} action={add} />)}
      {numbers.items && !blank && <NumberRows numbers={numbers.items} />}
      <More list={numbers} />
    </>
  );
}

function NumberRows({ numbers }: { numbers: NumberBody[] }) {
  const { t } = useTranslation();
  const trunks = byId(useNamedTrunks());
  const agents = byId(useNamedAgents());
  const plans = useNamedPlans();
  const answers = (one: NumberBody) => {
    const found = whoAnswers(one.number, plans, agents);
    if (!found) return <Text>{t('numbers.nobody')}</Text>;
    return (
      <span dir="auto">
        {found.first?.name ?? t('numbers.gone')}
        {found.fallback && t('numbers.thenOther', { name: found.fallback.name })}
      </span>
    );
  };
  const columns = [
    {
      key: 'number',
      head: t('numbers.number'),
      cell: (one: NumberBody) => (
        <TextLink to="/numbers/$numberId" params={{ numberId: one.id }} className={rowLink}>
          <Num e164={one.number} />
        </TextLink>
      ),
    },
    {
      key: 'label',
      head: t('numbers.label'),
      cell: (one: NumberBody) => <span dir="auto">{one.label ?? ''}</span>,
    },
    { key: 'answers', head: t('numbers.answers'), cell: answers },
    {
      key: 'trunk',
      head: t('numbers.trunk'),
      cell: (one: NumberBody) => (
        <span dir="auto">{trunks.get(one.trunk_id)?.name ?? t('numbers.gone')}</span>
      ),
    },
  ];
  return <Rows label={t('numbers.title')} items={numbers} columns={columns} keyOf={(one) => one.id} />;
}
