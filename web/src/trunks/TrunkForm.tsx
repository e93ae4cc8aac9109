import { zodResolver } from '@hookform/resolvers/zod';
import { Textarea, TextInput } from '@mantine/core';
import type { ReactNode } from 'react';
import { Controller, type UseFormReturn, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { CountrySelect } from '@/shared/CountrySelect';
import { draftOf } from '@/shared/drafts';
import { FormFrame } from '@/shared/FormFrame';
import { OnOff } from '@/shared/OnOff';
import { said } from '@/shared/said';
import type { Judge } from '@/shared/useJudge';
import { wire } from '@/shared/wire';
import { Endpoints } from './Endpoints';
import { PLACES, shape, type TrunkValues } from './values';

type Props = {
  /** Names the draft. */
  name: string;
  values: TrunkValues;
  isNew: boolean;
  verb: string;
  cancel: ReactNode;
  send: (values: TrunkValues) => Promise<void>;
  judge: Judge<TrunkValues>;
  loadCurrent?: () => void;
};

export function TrunkForm({ name, values, isNew, verb, cancel, ...frame }: Props) {
  const form = useForm<TrunkValues>({
    resolver: zodResolver(shape),
    reValidateMode: 'onSubmit',
    defaultValues: draftOf(name, values),
  });
  return (
    <FormFrame form={form} draft={name} places={PLACES} verb={verb} beside={cancel} {...frame}>
      <Fields form={form} isNew={isNew} />
    </FormFrame>
  );
}

function Fields({ form, isNew }: { form: UseFormReturn<TrunkValues>; isNew: boolean }) {
  const { t } = useTranslation();
  const { register, control, formState } = form;
  const { errors } = formState;
  return (
    <>
      <TextInput
        label={t('trunks.form.name')}
        description={t('trunks.form.nameHint')}
        autoComplete="off"
        {...register('name')}
        error={said(errors.name, t)}
        required
      />
      <Controller
        name="country"
        control={control}
        render={({ field }) => (
          <CountrySelect
            label={t('trunks.form.country')}
            description={t('trunks.form.countryHint')}
            {...field}
            error={said(errors.country, t)}
          />
        )}
      />
      <Textarea
        label={t('trunks.form.sources')}
        description={t('trunks.form.sourcesHint')}
        autosize
        minRows={3}
        maxRows={12}
        spellCheck={false}
        classNames={{ input: wire }}
        {...register('sources')}
        error={said(errors.sources, t)}
      />
      <Endpoints form={form} />
      {isNew ? (
        <TextInput
          label={t('trunks.form.label')}
          description={t('trunks.form.labelHint')}
          autoComplete="off"
          spellCheck={false}
          {...register('label')}
          error={said(errors.label, t)}
        />
      ) : (
        <OnOff
          control={control}
          name="enabled"
          label={t('trunks.form.enabled')}
          hint={t('trunks.form.enabledHint')}
        />
      )}
    </>
  );
}
