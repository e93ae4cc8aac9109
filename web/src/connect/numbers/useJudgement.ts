import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import type { JudgedLineBody } from '@/api/generated/api.schemas';
import { judgeNumbers } from '@/api/generated/numbers';
import { MOST } from './lines';

// milliseconds after the last key
const QUIET = 300;

export type Judgement = {
  lines: JudgedLineBody[];
  /** What is shown is of an earlier text. */
  isAsking: boolean;
  tooMany: boolean;
  error: unknown;
  again: () => Promise<unknown>;
};

/** What the service says of each line; nothing is brought in by asking. */
export function useJudgement(trunkId: string, lines: string[]): Judgement {
  const text = lines.slice(0, MOST).join('\n');
  const [asked] = useDebouncedValue(text, QUIET);
  const asking = useQuery({
    queryKey: ['judged', trunkId, asked],
    queryFn: ({ signal }) => judgeNumbers({ trunk_id: trunkId, lines: asked.split('\n') }, { signal }),
    enabled: asked !== '',
    placeholderData: keepPreviousData,
  });
  return {
    lines: text === '' ? [] : (asking.data?.lines ?? []),
    isAsking: text !== asked || asking.isFetching,
    tooMany: lines.length > MOST,
    error: asking.error,
    again: asking.refetch,
  };
}
