import { Button, Group, List, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { notifications } from '@mantine/notifications';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import type { TrunkWithPlace } from '@/api/generated/api.schemas';
import { deleteTrunk, getGetTrunkQueryKey } from '@/api/generated/trunks';
import { ifVersion } from '@/api/request';
import { Failure } from '@/shared/Failure';
import { TextLink } from '@/shared/links';
import { Num } from '@/shared/Num';
import { Waiting } from '@/shared/Waiting';
import { useLinked } from './linked';
import { trunksKey } from './reading';

export function DeleteTrunk({ trunk }: { trunk: TrunkWithPlace }) {
  const { t } = useTranslation();
  const [opened, { open, close }] = useDisclosure();
  return (
    <>
      <Button variant="default" onClick={open}>
        {t('shared.delete')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={t('trunks.deleteTitle', { name: trunk.name })}
        closeButtonProps={{ 'aria-label': t('shared.cancel') }}
      >
        <Asked trunk={trunk} close={close} />
      </Modal>
    </>
  );
}

function Asked({ trunk, close }: { trunk: TrunkWithPlace; close: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const linked = useLinked(trunk.id);
  const deleting = useMutation({
    mutationFn: () => deleteTrunk(trunk.id, ifVersion(trunk.version)),
    onSuccess: async () => {
      notifications.show({ message: t('trunks.deleted', { name: trunk.name }) });
      await navigate({ to: '/trunks' });
      queries.removeQueries({ queryKey: getGetTrunkQueryKey(trunk.id) });
      await queries.invalidateQueries({ queryKey: trunksKey() });
    },
  });
  if (linked.isPending) return <Waiting rows={2} />;
  const free = linked.numbers.length + linked.agents.length === 0;
  const more = trunk.number_count - linked.numbers.length;
  return (
    <>
      <Text>{free ? t('trunks.deleteFree') : t('trunks.deleteLinked')}</Text>
      {!free && (
        <List mt="sm">
          {linked.numbers.map(({ id, number }) => (
            <List.Item key={id}>
              <Num e164={number} />
            </List.Item>
          ))}
          {more > 0 && (
            <List.Item>
              <TextLink to="/numbers" search={{ trunk: trunk.id }}>
                {t('trunks.linkedMore', { count: more })}
              </TextLink>
            </List.Item>
          )}
          {linked.agents.map(({ id, name }) => (
            <List.Item key={id}>{t('trunks.linkedAgent', { name })}</List.Item>
          ))}
        </List>
      )}
      {deleting.error && <Failure error={deleting.error} mt="md" />}
      <Group mt="lg" justify="flex-end">
        <Button variant="default" onClick={close} data-autofocus>
          {t('shared.keep')}
        </Button>
        {free && (
          <Button color="red" loading={deleting.isPending} onClick={() => deleting.mutate()}>
            {t('trunks.deleteYes', { name: trunk.name })}
          </Button>
        )}
      </Group>
    </>
  );
}
