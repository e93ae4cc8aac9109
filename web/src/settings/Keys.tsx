import { Group, Text } from '@mantine/core';
import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { KeyBody, KeyMade } from '@/api/generated/api.schemas';
import { deleteApiKey, getListApiKeysQueryKey, listApiKeys } from '@/api/generated/keys';
import { ifVersion } from '@/api/request';
import { useMayChange } from '@/session/rights';
import { ConfirmDelete } from '@/shared/ConfirmDelete';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { More } from '@/shared/More';
import { PageHead } from '@/shared/PageHead';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { Rows } from '@/shared/Rows';
import { Waiting } from '@/shared/Waiting';
import { When } from '@/shared/When';
import { MakeKey } from './MakeKey';
import { SecretOnce } from './SecretOnce';
import { SettingsTabs } from './SettingsTabs';

const asked = { page_size: PAGE_SIZE };

export function Keys() {
  const { t } = useTranslation();
  const mayChange = useMayChange();
  const queries = useQueryClient();
  const [made, setMade] = useState<KeyMade>();
  const keys = usePages(
    [...getListApiKeysQueryKey(asked), 'pages'],
    (page_token, signal) => listApiKeys({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.keys,
  );
  const again = () => void queries.invalidateQueries({ queryKey: getListApiKeysQueryKey() });
  const onMade = (key: KeyMade) => {
    setMade(key);
    again();
  };
  return (
    <>
      <PageHead
        title={t('settings.title')}
        sentence={t('settings.keysSentence')}
        actions={mayChange && <MakeKey onMade={onMade} />}
      />
      <SettingsTabs value="keys" />
      {made?.secret && <SecretOnce name={made.name} secret={made.secret} close={() => setMade(undefined)} />}
      {keys.error && <Failure error={keys.error} again={() => void keys.refetch()} mb="md" />}
      {keys.isPending && <Waiting />}
      {keys.items?.length === 0 && <Empty sentence={t('settings.noKeys')} />}
      {Boolean(keys.items?.length) && <KeyRows keys={keys.items ?? []} mayChange={mayChange} again={again} />}
      <More list={keys} />
    </>
  );
}

function KeyRows({ keys, mayChange, again }: { keys: KeyBody[]; mayChange: boolean; again: () => void }) {
  const { t } = useTranslation();
  const columns = [
    {
      key: 'name',
      head: t('settings.name'),
      cell: (one: KeyBody) => (
        <>
          <Text fw={600} dir="auto">
            {one.name}
          </Text>
          <code dir="ltr">{one.prefix}…</code>
        </>
      ),
    },
    {
      key: 'may',
      head: t('settings.may'),
      cell: (one: KeyBody) => (
        <>
          {t(`settings.role.${one.role}`)}
          <Text size="xs" c="dimmed" ff="monospace">
            {one.scopes.join(' ')}
          </Text>
        </>
      ),
    },
    {
      key: 'used',
      head: t('settings.used'),
      cell: (one: KeyBody) => (one.last_used_at ? <When at={one.last_used_at} /> : t('settings.never')),
    },
    {
      key: 'until',
      head: t('settings.until'),
      cell: (one: KeyBody) => (one.expires_at ? <When at={one.expires_at} /> : t('settings.noEnd')),
    },
    {
      key: 'revoke',
      head: t('settings.revoke'),
      end: true,
      cell: (one: KeyBody) =>
        mayChange && (
          <Group justify="flex-end">
            <ConfirmDelete
              open={t('settings.revoke')}
              title={t('settings.revokeTitle', { name: one.name })}
              says={t('settings.revokeSays')}
              yes={t('settings.revokeYes', { name: one.name })}
              remove={() => deleteApiKey(one.id, ifVersion(one.version))}
              onDone={again}
            />
          </Group>
        ),
    },
  ];
  return <Rows label={t('settings.keys')} items={keys} columns={columns} keyOf={(one) => one.id} />;
}
