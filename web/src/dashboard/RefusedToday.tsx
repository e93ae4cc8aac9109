import { Button, Text } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { grouped } from '@/refusals/groups';
import { RefusalCard } from '@/refusals/RefusalCard';
import { Card } from '@/shared/Card';
import type { RejectionsKnown } from '@/shared/stream/rejections';
import { Waiting } from '@/shared/Waiting';
import { ofToday } from './today';

const SHOWN = 3;

export function RefusedToday({ known, starting }: { known: RejectionsKnown; starting: boolean }) {
  const { t } = useTranslation();
  const [all, setAll] = useState(false);
  const groups = grouped(ofToday([...known.rows.values()], new Date()));
  const hidden = all ? 0 : Math.max(0, groups.length - SHOWN);
  return (
    <Card title={t('dashboard.refusals')}>
      {starting && <Waiting rows={1} />}
      {!starting && groups.length === 0 && <Text c="dimmed">{t('dashboard.noRefusals')}</Text>}
      {groups.slice(0, groups.length - hidden).map(({ key, rows }, place) => (
        <RefusalCard key={key} rows={rows} primary={place === 0} />
      ))}
      {hidden > 0 && (
        <Button variant="default" size="compact-md" mt="xs" onClick={() => setAll(true)}>
          {t('dashboard.showAll', { count: hidden })}
        </Button>
      )}
      {!known.complete && groups.length > 0 && <Text c="dimmed">{t('dashboard.olderRefusals')}</Text>}
    </Card>
  );
}
