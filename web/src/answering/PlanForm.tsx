import { zodResolver } from '@hookform/resolvers/zod';
import { MultiSelect, Select, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import * as z from 'zod/mini';
import { useListNumbers } from '@/api/generated/numbers';
import type { Places } from '@/shared/atFields';
import { draftOf } from '@/shared/drafts';
import { FormFrame } from '@/shared/FormFrame';
import { international } from '@/shared/Num';
import { choices, useNamedAgents } from '@/shared/named';
import { OnOff } from '@/shared/OnOff';
import { said } from '@/shared/said';
import type { Judge } from '@/shared/useJudge';

const needed = z.string().check(z.minLength(1, 'required'));
const shape = z.object({
  name: needed,
  numbers: z.array(z.string()),
  first: needed,
  fallback: z.string(),
  onBusy: z.boolean(),
});

export type PlanValues = z.infer<typeof shape>;

const PLACES: Places = {
  '/name': 'name',
  '/numbers': 'numbers',
  '/numbers/*': 'numbers',
  '/first_agent_id': 'first',
  '/fallback_agent_id': 'fallback',
  '/fallback_on_busy': 'onBusy',
};

type Props = {
  name: string;
  values: PlanValues;
  verb: string;
  beside: ReactNode;
  send: (values: PlanValues) => Promise<void>;
  judge: Judge<PlanValues>;
  loadCurrent?: () => void;
};

export function PlanForm({ name, values, ...frame }: Props) {
  const { t } = useTranslation();
  const agents = choices(useNamedAgents());
  const numbers = useListNumbers({ page_size: 500, order_by: 'number' }).data?.numbers ?? [];
  const form = useForm<PlanValues>({
    resolver: zodResolver(shape),
    reValidateMode: 'onSubmit',
    defaultValues: draftOf(name, values),
  });
  const { register, control, formState } = form;
  const { errors } = formState;
  // what a plan names and nobody holds stays to be seen
  const known = [...new Set([...numbers.map((one) => one.number), ...values.numbers])];
  const label = (number: string) => {
    const found = numbers.find((one) => one.number === number);
    return found?.label ? `${international(number)} ${found.label}` : international(number);
  };
  return (
    <FormFrame form={form} draft={name} places={PLACES} {...frame}>
      <TextInput
        label={t('answering.plan.name')}
        autoComplete="off"
        required
        {...register('name')}
        error={said(errors.name, t)}
      />
      <Controller
        name="numbers"
        control={control}
        render={({ field }) => (
          <MultiSelect
            label={t('answering.plan.numbers')}
            description={t('answering.plan.numbersHint')}
            data={known.map((number) => ({ value: number, label: label(number) }))}
            searchable
            limit={100}
            {...field}
            error={said(errors.numbers as { message?: string }, t)}
          />
        )}
      />
      {(['first', 'fallback'] as const).map((place) => (
        <Controller
          key={place}
          name={place}
          control={control}
          render={({ field }) => (
            <Select
              label={t(`answering.plan.${place}`)}
              description={t(`answering.plan.${place}Hint`)}
              data={agents}
              searchable
              clearable={place === 'fallback'}
              required={place === 'first'}
              {...field}
              value={field.value || null}
              onChange={(agent) => field.onChange(agent ?? '')}
              error={said(errors[place], t)}
            />
          )}
        />
      ))}
      <OnOff
        control={control}
        name="onBusy"
        label={t('answering.plan.onBusy')}
        hint={t('answering.plan.onBusyHint')}
      />
    </FormFrame>
  );
}
