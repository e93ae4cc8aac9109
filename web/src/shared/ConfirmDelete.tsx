import { Button, Group, Modal, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useMutation } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Failure } from './Failure';

type Props = {
  /** A question: "Delete Acme?" */
  title: string;
  /** What happens then. */
  says: ReactNode;
  yes: string;
  /** On the button that opens it; else "Delete". */
  open?: string;
  remove: () => Promise<unknown>;
  onDone: () => void;
};

export function ConfirmDelete({ title, says, yes, open, remove, onDone }: Props) {
  const { t } = useTranslation();
  const [opened, { open: show, close }] = useDisclosure();
  const removing = useMutation({
    mutationFn: remove,
    onSuccess: () => {
      close();
      onDone();
    },
  });
  return (
    <>
      <Button variant="default" onClick={show}>
        {open ?? t('shared.delete')}
      </Button>
      <Modal
        opened={opened}
        onClose={close}
        title={title}
        closeButtonProps={{ 'aria-label': t('shared.cancel') }}
      >
        <Text component="div">{says}</Text>
        {removing.error && <Failure error={removing.error} mt="md" />}
        <Group mt="lg" justify="flex-end">
          <Button variant="default" onClick={close} data-autofocus>
            {t('shared.keep')}
          </Button>
          <Button color="red" loading={removing.isPending} onClick={() => removing.mutate()}>
            {yes}
          </Button>
        </Group>
      </Modal>
    </>
  );
}
