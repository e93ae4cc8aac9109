import { Group, TextInput } from '@mantine/core';
import { getRouteApi } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { type Span, searched } from './span';

const route = getRouteApi('/onboardings');

/** The first and the last day that count. */
export function Days({ span, turned }: { span: Span; turned: boolean }) {
  const { t } = useTranslation();
  const navigate = route.useNavigate();
  return (
    <Group mb="md" gap="sm" align="flex-start">
      {(['from', 'to'] as const).map((name) => (
        <TextInput
          key={name}
          type="date"
          label={t(`success.${name}`)}
          value={span[name] ?? ''}
          error={name === 'to' && turned && t('success.turned')}
          onChange={(event) =>
            void navigate({ search: searched({ ...span, [name]: event.currentTarget.value }), replace: true })
          }
          flex="1 1 180px"
          maw={320}
        />
      ))}
    </Group>
  );
}
