import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditBody } from '@/api/generated/api.schemas';
import { getListAuditEntriesQueryKey, listAuditEntries } from '@/api/generated/audit';
import { Empty } from '@/shared/Empty';
import { Failure } from '@/shared/Failure';
import { More } from '@/shared/More';
import { PageHead } from '@/shared/PageHead';
import { PAGE_SIZE, usePages } from '@/shared/pages';
import { Rows } from '@/shared/Rows';
import { Waiting } from '@/shared/Waiting';
import { When } from '@/shared/When';
import { SettingsTabs } from './SettingsTabs';

const asked = { page_size: PAGE_SIZE };
const RESOURCES = ['trunk', 'number', 'agent', 'plan', 'key'];

export function Audit() {
  const { t } = useTranslation();
  const entries = usePages(
    [...getListAuditEntriesQueryKey(asked), 'pages'],
    (page_token, signal) => listAuditEntries({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.entries,
  );
  return (
    <>
      <PageHead title={t('settings.title')} sentence={t('settings.auditSentence')} />
      <SettingsTabs value="audit" />
      {entries.error && <Failure error={entries.error} again={() => void entries.refetch()} mb="md" />}
      {entries.isPending && <Waiting rows={6} />}
      {entries.items?.length === 0 && <Empty sentence={t('settings.noEntries')} />}
      {Boolean(entries.items?.length) && <EntryRows entries={entries.items ?? []} />}
      <More list={entries} />
    </>
  );
}

function EntryRows({ entries }: { entries: AuditBody[] }) {
  const { t } = useTranslation();
  const what = (one: AuditBody) =>
    RESOURCES.includes(one.resource) ? t(`settings.resource.${one.resource as 'trunk'}`) : one.resource;
  const columns = [
    { key: 'at', head: t('settings.when'), cell: (one: AuditBody) => <When at={one.at} /> },
    {
      key: 'who',
      head: t('settings.who'),
      cell: (one: AuditBody) => (
        <>
          <span dir="auto">{one.actor}</span>
          <Text size="xs" c="dimmed" ff="monospace">
            {one.address}
          </Text>
        </>
      ),
    },
    {
      key: 'did',
      head: t('settings.did'),
      cell: (one: AuditBody) => (
        <>
          {t(`settings.action.${one.action}`, { what: what(one) })}
          <Text size="xs" c="dimmed" ff="monospace">
            {one.resource_id}
          </Text>
        </>
      ),
    },
    {
      key: 'fields',
      head: t('settings.fields'),
      cell: (one: AuditBody) => (
        <Text size="xs" ff="monospace">
          {one.fields.join(', ')}
        </Text>
      ),
    },
  ];
  return <Rows label={t('settings.audit')} items={entries} columns={columns} keyOf={(one) => one.id} />;
}
