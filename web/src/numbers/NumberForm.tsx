import { zodResolver } from '@hookform/resolvers/zod';
import { Select, TextInput } from '@mantine/core';
import { type ReactNode, useEffect } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import * as z from 'zod/mini';
import type { Places } from '@/shared/atFields';
import { draftOf } from '@/shared/drafts';
import { FormFrame } from '@/shared/FormFrame';
import { choices, useNamedTrunks } from '@/shared/named';
import { said } from '@/shared/said';
import type { Judge } from '@/shared/useJudge';

const needed = z.string().check(z.minLength(1, 'required'));
const shape = z.object({ number: needed, trunk: needed, label: z.string() });

export type NumberValues = z.infer<typeof shape>;

const PLACES: Places = { '/number': 'number', '/trunk_id': 'trunk', '/label': 'label' };

type Props = {
  name: string;
  values: NumberValues;
  isNew: boolean;
  verb: string;
  beside: ReactNode;
  send: (values: NumberValues) => Promise<void>;
  judge: Judge<NumberValues>;
  loadCurrent?: () => void;
};

export function NumberForm({ name, values, isNew, ...frame }: Props) {
  const { t } = useTranslation();
  const trunks = useNamedTrunks();
  const form = useForm<NumberValues>({
    resolver: zodResolver(shape),
    reValidateMode: 'onSubmit',
    defaultValues: draftOf(name, values),
  });
  const { register, control, formState } = form;
  const only = trunks.length === 1 ? trunks[0]?.id : undefined;
  useEffect(() => {
    if (isNew && only && !form.getValues('trunk')) form.setValue('trunk', only);
  }, [isNew, only, form]);
  return (
    <FormFrame form={form} draft={name} places={PLACES} {...frame}>
      {isNew && (
        <TextInput
          label={t('numbers.form.number')}
          description={t('numbers.form.numberHint')}
          type="tel"
          autoComplete="off"
          required
          {...register('number')}
          error={said(formState.errors.number, t)}
        />
      )}
      <Controller
        name="trunk"
        control={control}
        render={({ field }) => (
          <Select
            label={t('numbers.form.trunk')}
            description={t('numbers.form.trunkHint')}
            data={choices(trunks)}
            searchable
            required
            {...field}
            value={field.value || null}
            onChange={(trunk) => field.onChange(trunk ?? '')}
            error={said(formState.errors.trunk, t)}
          />
        )}
      />
      <TextInput
        label={t('numbers.form.label')}
        description={t('numbers.form.labelHint')}
        autoComplete="off"
        {...register('label')}
        error={said(formState.errors.label, t)}
      />
    </FormFrame>
  );
}
