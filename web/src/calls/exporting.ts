/** Reads all pages of a list of calls and makes one file of them; can be given up. */
import { useCallback, useRef, useState } from 'react';
import type { AgentBody, CallBody, ListCallsParams, TrunkBody } from '@/api/generated/api.schemas';
import { listCalls } from '@/api/generated/calls';
import { saveFile } from '@/shared/saveFile';
import { fileOf, line } from './csv';
import { outcome } from './says';

type Names = { trunks: Map<string, TrunkBody>; agents: Map<string, AgentBody> };

const COLUMNS: [string, (call: CallBody, names: Names) => string | number | undefined][] = [
  ['id', (one) => one.id],
  ['started_at', (one) => one.started_at],
  ['ended_at', (one) => one.ended_at],
  ['caller', (one) => one.caller ?? 'withheld'],
  ['called', (one) => one.called],
  ['number', (one) => one.number],
  ['trunk', (one, { trunks }) => trunks.get(one.trunk_id)?.name ?? one.trunk_id],
  ['agent', (one, { agents }) => (one.agent_id && agents.get(one.agent_id)?.name) || one.agent_id],
  ['outcome', (one) => outcome(one)],
  ['ended_by', (one) => one.ended_by],
  ['refusal_code', (one) => one.refusal_code],
  ['sip_status', (one) => one.sip_status],
  ['setup_ms', (one) => one.setup_ms],
  ['talk_ms', (one) => one.talk_ms],
  ['source_address', (one) => one.source_address],
];

const PAGE = 500;

async function written(
  asked: ListCallsParams,
  names: Names,
  signal: AbortSignal,
  progress: (count: number) => void,
): Promise<Blob> {
  const lines = [line(COLUMNS.map(([name]) => name))];
  let page_token: string | undefined;
  do {
    const page = await listCalls(
      { ...asked, page_size: PAGE, ...(page_token && { page_token }) },
      { signal },
    );
    for (const call of page.calls) lines.push(line(COLUMNS.map(([, of]) => of(call, names))));
    progress(lines.length - 1);
    page_token = page.next_page_token;
  } while (page_token);
  return fileOf(lines);
}

/** count: read so far, while it goes on. */
export function useExport(names: Names) {
  const [count, setCount] = useState<number>();
  const [error, setError] = useState<unknown>();
  const stop = useRef<AbortController>(undefined);
  const begin = async (asked: ListCallsParams) => {
    const reading = new AbortController();
    stop.current = reading;
    const { signal } = reading;
    setError(undefined);
    setCount(0);
    try {
      saveFile(
        await written(asked, names, signal, setCount),
        `calls-${new Date().toISOString().slice(0, 10)}.csv`,
      );
    } catch (failure) {
      if (!signal.aborted) setError(failure);
    }
    setCount(undefined);
  };
  const cancel = useCallback(() => stop.current?.abort(), []);
  return { begin, cancel, count, error };
}
