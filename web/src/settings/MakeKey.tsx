import { Button, Checkbox, Modal, NativeSelect, SimpleGrid, Stack, TextInput } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { Controller, useForm } from 'react-hook-form';
import { useTranslation } from 'react-i18next';
import { type KeyMade, type KeyToCreate, KeyToCreateScopesItem } from '@/api/generated/api.schemas';
import { createApiKey } from '@/api/generated/keys';
import { useOnce } from '@/api/once';
import type { Places } from '@/shared/atFields';
import { FormFrame } from '@/shared/FormFrame';
import { said } from '@/shared/said';

type Values = { name: string; role: 'viewer' | 'admin'; scopes: string[]; until: string };

const BLANK: Values = { name: '', role: 'viewer', scopes: [], until: '' };
const PLACES: Places = {
  '/name': 'name',
  '/role': 'role',
  '/scopes': 'scopes',
  '/scopes/*': 'scopes',
  '/expires_at': 'until',
};

/** The end of that day, where the reader is. */
const endOf = (day: string) => new Date(`${day}T23:59:59`).toISOString();

export function MakeKey({ onMade }: { onMade: (key: KeyMade) => void }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button onClick={open}>{t('settings.make')}</Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('settings.make')}
        size="lg"
        closeButtonProps={{ 'aria-label': t('shared.cancel') }}
      >
        <KeyForm
          done={(key) => {
            close();
            onMade(key);
          }}
        />
      </Modal>
    </>
  );
}

function KeyForm({ done }: { done: (key: KeyMade) => void }) {
  const { t } = useTranslation();
  const once = useOnce();
  const form = useForm<Values>({ defaultValues: BLANK });
  const { register, control, formState } = form;
  const { errors } = formState;
  const send = async ({ name, role, scopes, until }: Values) => {
    const body: KeyToCreate = {
      name,
      role,
      scopes: scopes as KeyToCreate['scopes'],
      ...(until && { expires_at: endOf(until) }),
    };
    done(await createApiKey(body, once(body)));
  };
  return (
    <FormFrame form={form} places={PLACES} send={send} verb={t('settings.make')}>
      <TextInput
        label={t('settings.form.name')}
        description={t('settings.form.nameHint')}
        autoComplete="off"
        data-autofocus
        required
        {...register('name', { required: 'required' })}
        error={said(errors.name, t)}
      />
      <NativeSelect
        label={t('settings.form.role')}
        data={[
          { value: 'viewer', label: t('settings.role.viewer') },
          { value: 'admin', label: t('settings.role.admin') },
        ]}
        {...register('role')}
        error={said(errors.role, t)}
      />
      <Controller
        name="scopes"
        control={control}
        rules={{ validate: (scopes) => scopes.length > 0 || 'required' }}
        render={({ field }) => (
          <Checkbox.Group
            label={t('settings.form.scopes')}
            description={t('settings.form.scopesHint')}
            value={field.value}
            onChange={field.onChange}
            error={said(errors.scopes as { message?: string }, t)}
          >
            <SimpleGrid cols={{ base: 1, xs: 2 }} spacing="xs" mt="xs">
              {Object.values(KeyToCreateScopesItem).map((scope) => (
                <Checkbox key={scope} value={scope} label={<code>{scope}</code>} />
              ))}
            </SimpleGrid>
          </Checkbox.Group>
        )}
      />
      <Stack gap={0}>
        <TextInput
          type="date"
          label={t('settings.form.until')}
          description={t('settings.form.untilHint')}
          {...register('until')}
          error={said(errors.until, t)}
        />
      </Stack>
    </FormFrame>
  );
}
