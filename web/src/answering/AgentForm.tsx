import { zodResolver } from '@hookform/resolvers/zod';
import { Radio, Select, Stack, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Controller, type UseFormReturn, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { draftOf } from '@/shared/drafts';
import { FormFrame } from '@/shared/FormFrame';
import { choices, useNamedTrunks } from '@/shared/named';
import { said } from '@/shared/said';
import type { Judge } from '@/shared/useJudge';
import { wire } from '@/shared/wire';
import { type AgentValues, PLACES, shape } from './agent-values';

type Props = {
  name: string;
  values: AgentValues;
  verb: string;
  beside: ReactNode;
  send: (values: AgentValues) => Promise<void>;
  judge: Judge<AgentValues>;
  loadCurrent?: () => void;
};

export function AgentForm({ name, values, ...frame }: Props) {
  const { t } = useTranslation();
  const form = useForm<AgentValues>({
    resolver: zodResolver(shape),
    reValidateMode: 'onSubmit',
    defaultValues: draftOf(name, values),
  });
  const { register, control, formState } = form;
  const kind = form.watch('kind');
  return (
    <FormFrame form={form} draft={name} places={PLACES} {...frame}>
      <TextInput
        label={t('answering.agent.name')}
        description={t('answering.agent.nameHint')}
        autoComplete="off"
        required
        {...register('name')}
        error={said(formState.errors.name, t)}
      />
      <Controller
        name="kind"
        control={control}
        render={({ field }) => (
          <Radio.Group label={t('answering.agent.kind')} {...field}>
            <Stack gap="xs" mt="xs">
              <Radio
                value="sip"
                label={t('answering.agent.sip')}
                description={t('answering.agent.sipHint')}
              />
              <Radio
                value="human"
                label={t('answering.agent.human')}
                description={t('answering.agent.humanHint')}
              />
            </Stack>
          </Radio.Group>
        )}
      />
      {kind === 'sip' ? <SipField form={form} /> : <HumanFields form={form} />}
      <TextInput
        label={t('answering.agent.rings')}
        description={t('answering.agent.ringsHint')}
        inputMode="numeric"
        maw={200}
        {...register('rings')}
        error={said(formState.errors.rings, t)}
      />
    </FormFrame>
  );
}

type Fields = { form: UseFormReturn<AgentValues> };

function SipField({ form }: Fields) {
  const { t } = useTranslation();
  return (
    <TextInput
      label={t('answering.agent.uri')}
      description={t('answering.agent.uriHint')}
      classNames={{ input: wire }}
      spellCheck={false}
      autoComplete="off"
      required
      {...form.register('uri')}
      error={said(form.formState.errors.uri, t)}
    />
  );
}

function HumanFields({ form }: Fields) {
  const { t } = useTranslation();
  const trunks = useNamedTrunks();
  const { errors } = form.formState;
  return (
    <>
      <Controller
        name="trunk"
        control={form.control}
        render={({ field }) => (
          <Select
            label={t('answering.agent.trunk')}
            description={t('answering.agent.trunkHint')}
            data={choices(trunks)}
            searchable
            required
            {...field}
            value={field.value || null}
            onChange={(trunk) => field.onChange(trunk ?? '')}
            error={said(errors.trunk, t)}
          />
        )}
      />
      <TextInput
        label={t('answering.agent.target')}
        description={t('answering.agent.targetHint')}
        autoComplete="off"
        required
        {...form.register('target')}
        error={said(errors.target, t)}
      />
    </>
  );
}
