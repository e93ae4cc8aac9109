import { SimpleGrid, Text } from '@mantine/core';
import { notifications } from '@mantine/notifications';
import { useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { DryRun } from '@/answering/DryRun';
import type { NumberBody } from '@/api/generated/api.schemas';
import {
  deleteNumber,
  getGetNumberQueryKey,
  getUpdateNumberUrl,
  updateNumber,
  useGetNumber,
} from '@/api/generated/numbers';
import { ifVersion } from '@/api/request';
import { validated } from '@/api/validate';
import { useMayChange } from '@/session/rights';
import { ConfirmDelete } from '@/shared/ConfirmDelete';
import { LinkButton } from '@/shared/links';
import { international } from '@/shared/Num';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { Warned } from '@/shared/Warned';
import { NumberForm, type NumberValues } from './NumberForm';
import { numbersKey } from './reading';

const toPatch = ({ trunk, label }: NumberValues) => ({ trunk_id: trunk, label: label.trim() || null });

const route = getRouteApi('/numbers/$numberId');

export function NumberPage() {
  const { numberId } = route.useParams();
  const number = useGetNumber(numberId);
  return (
    <Read query={number}>
      {(current) => <One number={current} reload={async () => (await number.refetch()).data} />}
    </Read>
  );
}

function One({ number, reload }: { number: NumberBody; reload: () => Promise<NumberBody | undefined> }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const mayChange = useMayChange();
  const [begun, setBegun] = useState(number);
  const shown = international(begun.number);
  const done = async (said: string) => {
    await queries.invalidateQueries({ queryKey: numbersKey() });
    queries.removeQueries({ queryKey: getGetNumberQueryKey(number.id) });
    notifications.show({ message: said, color: 'green' });
    await navigate({ to: '/numbers' });
  };
  const send = async (values: NumberValues) => {
    await updateNumber(number.id, toPatch(values), ifVersion(begun.version));
    await done(t('numbers.saved', { number: shown }));
  };
  const judge = (values: NumberValues, signal: AbortSignal) =>
    validated('PATCH', getUpdateNumberUrl(number.id), toPatch(values), {
      ...ifVersion(begun.version),
      signal,
    });
  const loadCurrent = async () => {
    const current = await reload();
    if (current) setBegun(current);
  };
  const back = (
    <LinkButton to="/numbers" variant="default">
      {mayChange ? t('shared.cancel') : t('shared.back')}
    </LinkButton>
  );
  const actions = mayChange && (
    <ConfirmDelete
      title={t('numbers.deleteTitle', { number: shown })}
      says={t('numbers.deleteSays')}
      yes={t('numbers.deleteYes', { number: shown })}
      remove={() => deleteNumber(number.id, ifVersion(begun.version))}
      onDone={() => void done(t('numbers.deleted', { number: shown }))}
    />
  );
  const values = { number: begun.number, trunk: begun.trunk_id, label: begun.label ?? '' };
  return (
    <>
      <PageHead title={shown} sentence={<code dir="ltr">{begun.number}</code>} actions={actions} />
      <Warned warnings={begun.warnings} />
      <SimpleGrid cols={{ base: 1, md: 2 }} spacing="xl" style={{ alignItems: 'start' }}>
        {mayChange ? (
          <NumberForm
            key={begun.version}
            name={`number:${number.id}:${begun.version}`}
            values={values}
            isNew={false}
            verb={t('shared.save')}
            send={send}
            judge={judge}
            beside={back}
            loadCurrent={() => void loadCurrent()}
          />
        ) : (
          <div>
            <Text mb="md">{t('shared.notChanged')}</Text>
            {back}
          </div>
        )}
        <DryRun called={begun.number} />
      </SimpleGrid>
    </>
  );
}
