import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { TrunkWithPlace } from '@/api/generated/api.schemas';
import { getGetTrunkQueryKey, getUpdateTrunkUrl, updateTrunk, useGetTrunk } from '@/api/generated/trunks';
import { ifVersion } from '@/api/request';
import { validated } from '@/api/validate';
import { LinkButton } from '@/shared/links';
import { PageHead } from '@/shared/PageHead';
import { Read } from '@/shared/Read';
import { trunksKey } from './reading';
import { TrunkForm } from './TrunkForm';
import { type TrunkValues, toPatch, valuesOf } from './values';

const route = getRouteApi('/trunks/$trunkId/edit');

export function TrunkEdit() {
  const { trunkId } = route.useParams();
  const trunk = useGetTrunk(trunkId);
  return (
    <Read query={trunk}>
      {(current) => <Editing trunk={current} reload={async () => (await trunk.refetch()).data} />}
    </Read>
  );
}

/** Begins with the version that it was opened with; a newer one that is read meanwhile changes nothing here. */
function Editing({
  trunk,
  reload,
}: {
  trunk: TrunkWithPlace;
  reload: () => Promise<TrunkWithPlace | undefined>;
}) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const [begun, setBegun] = useState(trunk);
  const to = { to: '/trunks/$trunkId', params: { trunkId: trunk.id } } as const;
  const saving = useMutation({
    mutationFn: (typed: TrunkValues) => updateTrunk(trunk.id, toPatch(typed), ifVersion(begun.version)),
  });
  const send = async (typed: TrunkValues) => {
    const saved = await saving.mutateAsync(typed);
    await queries.invalidateQueries({ queryKey: trunksKey() });
    await queries.invalidateQueries({ queryKey: getGetTrunkQueryKey(trunk.id) });
    notifications.show({ message: t('trunks.saved', { name: saved.name }), color: 'green' });
    await navigate(to);
  };
  const judge = (typed: TrunkValues, signal: AbortSignal) =>
    validated('PATCH', getUpdateTrunkUrl(trunk.id), toPatch(typed), { ...ifVersion(begun.version), signal });
  const loadCurrent = async () => {
    const current = await reload();
    if (current) setBegun(current);
  };
  return (
    <>
      <PageHead title={t('trunks.editTitle', { name: begun.name })} />
      <TrunkForm
        key={begun.version}
        name={`trunk:${trunk.id}:${begun.version}`}
        values={valuesOf(begun)}
        isNew={false}
        verb={t('shared.save')}
        send={send}
        judge={judge}
        loadCurrent={() => void loadCurrent()}
        cancel={
          <LinkButton {...to} variant="default">
            {t('shared.cancel')}
          </LinkButton>
        }
      />
    </>
  );
}
