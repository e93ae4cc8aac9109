import { Radio, Stack } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import type { OnboardingBody } from '@/api/generated/api.schemas';

type Line = OnboardingBody['line'];
const LINES: Line[] = ['trunk', 'forward', 'port'];

export function LineChoice({ value, onChange }: { value: Line; onChange: (line: Line) => void }) {
  const { t } = useTranslation();
  return (
    <Radio.Group
      aria-label={t('connect.line.question')}
      value={value}
      onChange={(line) => onChange(line as Line)}
    >
      <Stack gap="md">
        {LINES.map((line) => (
          <Radio
            key={line}
            value={line}
            label={t(`connect.line.${line}`)}
            description={t(`connect.line.${line}Hint`)}
          />
        ))}
      </Stack>
    </Radio.Group>
  );
}
