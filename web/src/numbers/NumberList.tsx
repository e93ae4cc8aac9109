import { Group } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { useMayChange } from '@/session/rights';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { Filter } from '@/shared/Filter';
import { LinkButton } from '@/shared/links';
import { More } from '@/shared/More';
import { choices, useNamedTrunks } from '@/shared/named';
import { PageHead } from '@/shared/PageHead';
import { SearchBox } from '@/shared/SearchBox';
import { Waiting } from '@/shared/Waiting';
import { Assign } from './Assign';
import { NumberRows } from './NumberRows';
import { useNumbers } from './reading';
import type { NumberSearch } from './routes';
import { SelectionContext, useNewSelection } from './selection';

const route = getRouteApi('/numbers');

export function NumberList() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const mayChange = useMayChange();
  const numbers = useNumbers(search);
  const selection = useNewSelection(JSON.stringify(search));
  const filtered = Object.keys(search).length > 0;
  const none = numbers.items?.length === 0;
  const blank = none && !filtered;
  const add = mayChange && (
    <>
      <LinkButton to="/numbers/many" variant="default">
        {t('numbers.addMany')}
      </LinkButton>
      <LinkButton to="/numbers/new">{t('numbers.add')}</LinkButton>
    </>
  );
  return (
    <SelectionContext value={selection}>
      <PageHead title={t('numbers.title')} sentence={t('numbers.sentence')} actions={!blank && add} />
      {!blank && <Conditions />}
      {numbers.error && <Failure error={numbers.error} again={() => void numbers.refetch()} mb="md" />}
      {numbers.isPending && <Waiting />}
      {blank && <Empty sentence={t('numbers.none')} action={add && <Group>{add}</Group>} />}
      {none && filtered && <Empty sentence={t('shared.noMatch')} />}
      {numbers.items && !none && mayChange && <Assign numbers={numbers.items} />}
      {numbers.items && !none && <NumberRows numbers={numbers.items} mayChange={mayChange} />}
      <More list={numbers} />
    </SelectionContext>
  );
}

function Conditions() {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const trunks = useNamedTrunks();
  const become = (changed: NumberSearch) =>
    void navigate({ search: (before) => ({ ...before, ...changed }), replace: true });
  return (
    <Group mb="md" gap="sm" align="flex-end">
      <SearchBox value={search.q} onChange={(q) => become({ q: q || undefined })} />
      <Filter
        label={t('numbers.trunk')}
        data={choices(trunks)}
        value={search.trunk}
        onChange={(trunk) => become({ trunk })}
      />
    </Group>
  );
}
