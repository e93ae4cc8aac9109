import { Button, Group, Text } from '@mantine/core';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import type { AgentBody, ListCallsParams, TrunkBody } from '@/api/generated/api.schemas';
import { Failure } from '@/shared/Failure';
import { localeOf } from '@/shared/locale';
import { useExport } from './exporting';

type Props = {
  asked: ListCallsParams;
  trunks: Map<string, TrunkBody>;
  agents: Map<string, AgentBody>;
};

/** All that the filters let through, and not only what is shown. */
export function Export({ asked, trunks, agents }: Props) {
  const { t, i18n } = useTranslation();
  const { begin, cancel, count, error } = useExport({ trunks, agents });
  useEffect(() => cancel, [cancel]);
  const read = count?.toLocaleString(localeOf(i18n.language));
  return (
    <div>
      <Group gap="xs">
        {count === undefined ? (
          <Button variant="default" onClick={() => void begin(asked)}>
            {t('calls.csv')}
          </Button>
        ) : (
          <Button variant="default" onClick={cancel}>
            {t('calls.csvCancel')}
          </Button>
        )}
        <Text role="status" size="xs" c="dimmed">
          {count !== undefined && t('calls.csvRead', { read })}
        </Text>
      </Group>
      {Boolean(error) && <Failure error={error} mt="xs" />}
    </div>
  );
}
