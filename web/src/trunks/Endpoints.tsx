import { ActionIcon, Button, Fieldset, Group, NativeSelect, Stack, Text, TextInput } from '@mantine/core';
import { type UseFormReturn, useFieldArray } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { useGetPublicAddresses } from '@/api/generated/network';
import { IconPlus, IconX } from '@/shared/icons';
import { said } from '@/shared/said';
import { wire } from '@/shared/wire';
import { EMPTY_ENDPOINT, type TrunkValues } from './values';

/** What is offered until it is known what our edges call over. */
const USUAL = ['udp', 'tcp'];

export function Endpoints({ form }: { form: UseFormReturn<TrunkValues> }) {
  const { t } = useTranslation();
  const { fields, append, remove } = useFieldArray({ control: form.control, name: 'endpoints' });
  const errors = form.formState.errors.endpoints;
  const callsOver: string[] = useGetPublicAddresses().data?.calls_over ?? USUAL;
  return (
    <Fieldset legend={t('trunks.form.endpoints')}>
      <Text size="xs" c="dimmed" mb="sm">
        {t('trunks.form.endpointsHint')}
      </Text>
      <Stack gap="sm">
        {fields.map((field, index) => (
          <Group key={field.id} align="flex-start" gap="xs">
            <TextInput
              label={t('trunks.form.host')}
              flex="1 1 200px"
              classNames={{ input: wire }}
              spellCheck={false}
              autoComplete="off"
              required
              {...form.register(`endpoints.${index}.host`)}
              error={said(errors?.[index]?.host ?? errors?.[index], t)}
            />
            <TextInput
              label={t('trunks.form.port')}
              w={88}
              inputMode="numeric"
              autoComplete="off"
              {...form.register(`endpoints.${index}.port`)}
              error={said(errors?.[index]?.port, t)}
            />
            <NativeSelect
              label={t('trunks.form.transport')}
              w={88}
              data={[...new Set([...callsOver, field.transport])]}
              {...form.register(`endpoints.${index}.transport`)}
              error={said(errors?.[index]?.transport, t)}
            />
            <ActionIcon
              variant="default"
              size={36}
              mt={22}
              onClick={() => remove(index)}
              aria-label={t('trunks.form.removeEndpoint', { number: index + 1 })}
            >
              <IconX size={16} aria-hidden />
            </ActionIcon>
          </Group>
        ))}
      </Stack>
      {errors?.message && (
        <Text c="var(--mantine-color-error)" size="xs" mt="xs">
          {said(errors, t)}
        </Text>
      )}
      <Button
        variant="default"
        mt={fields.length ? 'sm' : 0}
        leftSection={<IconPlus size={16} aria-hidden />}
        onClick={() => append(EMPTY_ENDPOINT)}
      >
        {t('trunks.form.addEndpoint')}
      </Button>
    </Fieldset>
  );
}
