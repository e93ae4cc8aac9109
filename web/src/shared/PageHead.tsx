import { Group, Text, Title } from '@mantine/core';
import { type ReactNode, useEffect, useRef } from 'react';
import { NAME } from '@/shell/Mark';

let first = true;

type Props = { title: string; sentence?: ReactNode; beside?: ReactNode; actions?: ReactNode };

/** Names the page, and takes the focus to it when the person has come from another one. */
export function PageHead({ title, sentence, beside, actions }: Props) {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${NAME}`;
  }, [title]);
  useEffect(() => {
    if (!first) heading.current?.focus({ preventScroll: true });
    first = false;
  }, []);
  return (
    <Group justify="space-between" align="flex-start" mb="lg" gap="md">
      <div style={{ flex: '1 1 320px', minWidth: 0 }}>
        <Group gap="sm">
          <Title order={1} ref={heading} tabIndex={-1} dir="auto">
            {title}
          </Title>
          {beside}
        </Group>
        {sentence && (
          <Text size="lg" c="dimmed" maw="68ch" mt={4} component="div">
            {sentence}
          </Text>
        )}
      </div>
      {actions && <Group gap="xs">{actions}</Group>}
    </Group>
  );
}
