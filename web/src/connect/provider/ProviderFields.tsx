import { NativeSelect, Stack, Textarea, TextInput } from '@mantine/core';
import { Controller, type UseFormReturn } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import type { TrunkBody } from '@/api/generated/api.schemas';
import { CountrySelect } from '@/shared/CountrySelect';
import { choices } from '@/shared/named';
import { said } from '@/shared/said';
import { wire } from '@/shared/wire';
import type { ProviderValues } from './values';

type Props = {
  form: UseFormReturn<ProviderValues>;
  /** Those that are here already, of which one may be taken. */
  others: TrunkBody[];
  chosen: string;
  choose: (trunkId: string) => void;
};

export function ProviderFields({ form, others, chosen, choose }: Props) {
  const { t } = useTranslation();
  return (
    <Stack gap="lg">
      {others.length > 0 && (
        <NativeSelect
          label={t('connect.provider.which')}
          description={t('connect.provider.whichHint')}
          data={[{ value: '', label: t('connect.provider.another') }, ...choices(others)]}
          value={chosen}
          onChange={(event) => choose(event.currentTarget.value)}
        />
      )}
      {!chosen && <New form={form} />}
    </Stack>
  );
}

function New({ form }: { form: UseFormReturn<ProviderValues> }) {
  const { t } = useTranslation();
  const { errors } = form.formState;
  return (
    <>
      <TextInput
        label={t('connect.provider.name')}
        description={t('connect.provider.nameHint')}
        autoComplete="off"
        required
        {...form.register('name')}
        error={said(errors.name, t)}
      />
      <Controller
        name="country"
        control={form.control}
        render={({ field }) => (
          <CountrySelect
            label={t('connect.provider.country')}
            description={t('connect.provider.countryHint')}
            {...field}
            error={said(errors.country, t)}
          />
        )}
      />
      <Textarea
        label={t('connect.provider.sources')}
        description={t('connect.provider.sourcesHint')}
        autosize
        minRows={3}
        maxRows={10}
        spellCheck={false}
        required
        classNames={{ input: wire }}
        {...form.register('sources')}
        error={said(errors.sources, t)}
      />
    </>
  );
}
