import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { AuditBody, ListAuditEntriesParams } from '@/api/generated/api.schemas';
import { getListAuditEntriesQueryKey, listAuditEntries } from '@/api/generated/audit';
import { Empty } from './Empty';
import { Failure } from './Failure';
import { More } from './More';
import { PAGE_SIZE, usePages } from './pages';
import { type Column, Rows } from './Rows';
import { Waiting } from './Waiting';
import { When } from './When';

const RESOURCES = ['trunk', 'number', 'agent', 'plan', 'key', 'onboarding', 'rejection'];

type Props = {
  /** Which of them; all without. */
  of?: Pick<ListAuditEntriesParams, 'resource_id'>;
  none: string;
};

/** Who changed what, and from where: the newest first. */
export function Changes({ of, none }: Props) {
  const asked = { page_size: PAGE_SIZE, ...of };
  const entries = usePages(
    [...getListAuditEntriesQueryKey(asked), 'pages'],
    (page_token, signal) => listAuditEntries({ ...asked, ...(page_token && { page_token }) }, { signal }),
    (page) => page.entries,
  );
  return (
    <>
      {entries.error && <Failure error={entries.error} again={() => void entries.refetch()} mb="md" />}
      {entries.isPending && <Waiting rows={6} />}
      {entries.items?.length === 0 && <Empty sentence={none} />}
      {Boolean(entries.items?.length) && <ChangeRows entries={entries.items ?? []} />}
      <More list={entries} />
    </>
  );
}

function ChangeRows({ entries }: { entries: AuditBody[] }) {
  const { t } = useTranslation();
  const what = (one: AuditBody) =>
    RESOURCES.includes(one.resource) ? t(`settings.resource.${one.resource as 'trunk'}`) : one.resource;
  const columns: Column<AuditBody>[] = [
    { key: 'at', head: t('settings.when'), cell: (one) => <When at={one.at} /> },
    {
      key: 'who',
      head: t('settings.who'),
      cell: (one) => (
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
      cell: (one) => (
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
      cell: (one) => (
        <Text size="xs" ff="monospace">
          {one.fields.join(', ')}
        </Text>
      ),
    },
  ];
  return <Rows label={t('settings.audit')} items={entries} columns={columns} keyOf={(one) => one.id} />;
}
