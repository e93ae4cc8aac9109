import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import classes from './Card.module.css';

export function Card({ title, hint, children }: { title: string; hint?: string; children: ReactNode }) {
  return (
    <section className={classes.card}>
      <Title order={2}>{title}</Title>
      {hint && (
        <Text c="dimmed" maw="68ch">
          {hint}
        </Text>
      )}
      <div className={classes.inside}>{children}</div>
    </section>
  );
}
