import { Button, Checkbox, Popover, Stack } from '@mantine/core';
import { useLocalStorage } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';
import { useSession } from '@/session/session';
import { COLUMNS, type ColumnName, chosen, FIRST, headOf } from './columns';

/** Kept for each person who signs in on this browser. */
export function useColumns() {
  const session = useSession();
  const who = session.state === 'in' || session.state === 'lost' ? session.person.subject : '';
  const [kept, keep] = useLocalStorage<unknown>({
    key: `keepline-call-columns:${who}`,
    defaultValue: FIRST,
    getInitialValueInEffect: false,
  });
  return [chosen(kept), keep] as const;
}

type Props = { names: ColumnName[]; keep: (names: unknown) => void };

export function ChooseColumns({ names, keep }: Props) {
  const { t } = useTranslation();
  return (
    <Popover position="bottom-end" trapFocus returnFocus>
      <Popover.Target>
        <Button variant="default">{t('calls.columns')}</Button>
      </Popover.Target>
      <Popover.Dropdown>
        <Checkbox.Group label={t('calls.columnsShown')} value={names} onChange={keep}>
          <Stack gap="xs" mt="xs">
            {COLUMNS.map((name) => (
              <Checkbox key={name} value={name} label={headOf(name, t)} disabled={name === 'when'} />
            ))}
          </Stack>
        </Checkbox.Group>
        <Button variant="subtle" size="compact-md" mt="sm" onClick={() => keep(FIRST)}>
          {t('calls.columnsFirst')}
        </Button>
      </Popover.Dropdown>
    </Popover>
  );
}
