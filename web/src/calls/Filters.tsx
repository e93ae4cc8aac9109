import { Group, Select, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgentBody, TrunkBody } from '@/api/generated/api.schemas';
import { useListNumbers } from '@/api/generated/numbers';
import { international } from '@/shared/Num';
import { choices } from '@/shared/named';
import { asTyped, typed } from './localTime';
import { type CallSearch, PERIODS } from './search';

const route = getRouteApi('/calls');

type Change = (changed: Partial<Record<keyof CallSearch, string | undefined>>) => void;

export function Filters({ agents, trunks }: { agents: AgentBody[]; trunks: TrunkBody[] }) {
  const { t } = useTranslation();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const numbers = useListNumbers({ page_size: 500, order_by: 'number' }).data?.numbers ?? [];
  const become: Change = (changed) =>
    void navigate({ search: { ...search, ...changed } as CallSearch, replace: true });
  const data = {
    number: numbers.map(({ number }) => ({ value: number, label: international(number) })),
    trunk: choices(trunks),
    agent: choices(agents),
    answered: [
      { value: 'true', label: t('calls.outcome.answered') },
      { value: 'false', label: t('calls.notAnswered') },
    ],
  };
  return (
    <Group mb="md" gap="sm" align="flex-end">
      <Times search={search} become={become} />
      {(['number', 'trunk', 'agent', 'answered'] as const).map((name) => (
        <Select
          key={name}
          label={t(`calls.filter.${name}`)}
          placeholder={t('calls.any')}
          data={data[name]}
          value={search[name] ?? null}
          onChange={(value) => become({ [name]: value ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': t('calls.clear', { what: t(`calls.filter.${name}`) }) }}
          searchable={name !== 'answered'}
          flex="1 1 160px"
        />
      ))}
    </Group>
  );
}

/** A time counted back from now, or one that is chosen, in the reader's own zone. */
function Times({ search, become }: { search: CallSearch; become: Change }) {
  const { t } = useTranslation();
  const [choosing, setChoosing] = useState(Boolean(search.from || search.to));
  const choose = (value: string | null) => {
    setChoosing(value === 'chosen');
    become({ period: value === 'chosen' ? undefined : (value ?? undefined), from: undefined, to: undefined });
  };
  return (
    <>
      <Select
        label={t('calls.filter.time')}
        placeholder={t('calls.any')}
        data={[...PERIODS, 'chosen' as const].map((value) => ({ value, label: t(`calls.period.${value}`) }))}
        value={choosing ? 'chosen' : (search.period ?? null)}
        onChange={choose}
        clearable
        clearButtonProps={{ 'aria-label': t('calls.clear', { what: t('calls.filter.time') }) }}
        flex="1 1 160px"
      />
      {choosing &&
        (['from', 'to'] as const).map((name) => (
          <TextInput
            key={name}
            type="datetime-local"
            label={t(`calls.filter.${name}`)}
            defaultValue={asTyped(search[name])}
            onChange={(event) => become({ [name]: typed(event.currentTarget.value) })}
            flex="1 1 180px"
          />
        ))}
    </>
  );
}
