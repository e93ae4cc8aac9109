import { NativeSelect, Stack, TextInput } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AgentBody } from '@/api/generated/api.schemas';
import { choices } from '@/shared/named';
import { wire } from '@/shared/wire';
import { NEW, NOBODY, type Who } from './values';

type Props = {
  which: 'first' | 'fallback';
  who: Who;
  agents: AgentBody[];
  missing: ('name' | 'address')[];
  onChange: (who: Who) => void;
};

/** One that is here, or a new one by name and address; the fallback may be nobody. */
export function WhoFields({ which, who, agents, missing, onChange }: Props) {
  const { t } = useTranslation();
  const first = which === 'first';
  const data = [
    ...(first ? [] : [{ value: NOBODY, label: t('connect.agent.nobody') }]),
    { value: NEW, label: t('connect.agent.new') },
    ...choices(agents),
  ];
  const error = (field: 'name' | 'address') => missing.includes(field) && t('shared.required');
  return (
    <Stack gap="md">
      {!(first && agents.length === 0) && (
        <NativeSelect
          label={t(`connect.agent.${which}`)}
          description={t(`connect.agent.${which}Hint`)}
          data={data}
          value={who.id}
          onChange={(event) => onChange({ ...who, id: event.currentTarget.value })}
        />
      )}
      {who.id === NEW && (
        <>
          <TextInput
            label={t(`connect.agent.${which}Name`)}
            description={t('connect.agent.nameHint')}
            autoComplete="off"
            required
            value={who.name}
            onChange={(event) => onChange({ ...who, name: event.currentTarget.value })}
            error={error('name')}
          />
          <TextInput
            label={t(`connect.agent.${which}Address`)}
            description={t('connect.agent.addressHint')}
            autoComplete="off"
            spellCheck={false}
            required
            classNames={{ input: wire }}
            value={who.address}
            onChange={(event) => onChange({ ...who, address: event.currentTarget.value })}
            error={error('address')}
          />
        </>
      )}
    </Stack>
  );
}
