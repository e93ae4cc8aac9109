import { Text } from '@mantine/core';
import type { DecisionBody } from '@/api/generated/api.schemas';
import { serviceSays } from '@/shared/serviceWords';
import { Trace } from '@/shared/Trace';

/** The decision in a sentence, and each rule that was looked at. */
export function Why({ decision }: { decision: DecisionBody }) {
  const { what, lang, exact } = serviceSays(decision.code, decision.reason, '');
  return (
    <>
      <Text lang={lang}>{what}</Text>
      {exact && (
        <Text size="xs" c="dimmed" lang="en">
          {exact}
        </Text>
      )}
      <Text component="div" mt="xs">
        <Trace steps={decision.trace} />
      </Text>
    </>
  );
}
