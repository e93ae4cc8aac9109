/**
 * One of our event streams (docs/api.md), read by fetch: an EventSource cannot send an Authorization header.
 *
 * It goes on behind the last event that came, for as long as it is wanted; what ends it is told, and it begins
 * again after a pause that grows while nobody answers.
 */
import { createParser } from 'eventsource-parser';
import { pause } from './pause';

export type Told = { name: string; data: unknown };

/** Why it does not go on; `final`: asking again would not help. */
export type Lost = { code: string; final: boolean };

export type Access = {
  token: () => Promise<string | undefined>;
  /** Another one, in the place of one that was refused. */
  renewed: (refused: string) => Promise<string | undefined>;
};

export type Listener = {
  told: (event: Told) => void;
  /** ahead: of the server's clock before ours, in milliseconds. */
  connected: (ahead: number) => void;
  lost: (why: Lost) => void;
};

/** Where a reader stands: kept by whoever follows, so that it can stop and go on. */
export type Place = { id?: string };

/** Nothing came for so long: the connection is dead. A sign of life comes every 15 s. */
const SILENT = 20_000;
const PAUSES = [250, 1_000, 2_000, 4_000, 8_000];

/** A connection that lasted so long was a good one. */
const GOOD = 5_000;

type End = Lost & { wait?: number };

export async function follow(
  address: string,
  access: Access,
  listener: Listener,
  place: Place,
  stop: AbortSignal,
  silent = SILENT,
): Promise<void> {
  let failures = 0;
  while (!stop.aborted) {
    const began = Date.now();
    const end = await once(address, access, listener, place, stop, silent);
    if (stop.aborted) return;
    listener.lost({ code: end.code, final: end.final });
    if (end.final) return;
    if (Date.now() - began > GOOD) failures = 0;
    await pause(end.wait ?? spread(PAUSES[Math.min(failures, PAUSES.length - 1)] as number), stop);
    failures += 1;
  }
}

/** Not everybody at the same moment when a server comes back. */
const spread = (ms: number) => ms * (0.75 + Math.random() / 2);

async function once(
  address: string,
  access: Access,
  listener: Listener,
  place: Place,
  stop: AbortSignal,
  silent: number,
): Promise<End> {
  const over = new AbortController();
  const leave = () => over.abort();
  stop.addEventListener('abort', leave);
  let timer = setTimeout(leave, silent);
  const alive = () => {
    clearTimeout(timer);
    timer = setTimeout(leave, silent);
  };
  try {
    const answer = await asked(address, access, place, over.signal);
    if (!answer) return { code: 'signed_out', final: false };
    if (!answer.ok || !answer.body) return await refused(answer, place);
    listener.connected(clockAhead(answer));
    return await read(answer.body, listener, place, alive);
  } catch {
    return { code: 'unreached', final: false };
  } finally {
    clearTimeout(timer);
    stop.removeEventListener('abort', leave);
    over.abort();
  }
}

async function asked(address: string, access: Access, place: Place, signal: AbortSignal) {
  const sent = (token: string) =>
    fetch(address, {
      headers: {
        Accept: 'text/event-stream',
        Authorization: `Bearer ${token}`,
        ...(place.id && { 'Last-Event-ID': place.id }),
      },
      signal,
    });
  const token = await access.token();
  if (!token) return undefined;
  const answer = await sent(token);
  if (answer.status !== 401) return answer;
  const another = await access.renewed(token);
  return another ? sent(another) : undefined;
}

const NEVER = [403, 404];

async function refused(answer: Response, place: Place): Promise<End> {
  const body = (await answer.json().catch(() => ({}))) as { code?: string };
  const code = body.code ?? `http_${answer.status}`;
  // an id of a stream that was made anew, or of another installation: how things stand comes first then
  if (code === 'last_event_id_invalid' && place.id) {
    place.id = undefined;
    return { code, final: false, wait: 0 };
  }
  const seconds = Number(answer.headers.get('Retry-After'));
  const wait = seconds > 0 ? seconds * 1000 : undefined;
  return { code, final: NEVER.includes(answer.status), wait };
}

function clockAhead(answer: Response): number {
  const date = Date.parse(answer.headers.get('Date') ?? '');
  return Number.isNaN(date) ? 0 : date - Date.now();
}

/** Until it ends, by its own word or without one. */
async function read(
  body: ReadableStream<Uint8Array<ArrayBuffer>>,
  listener: Listener,
  place: Place,
  alive: () => void,
): Promise<End> {
  const end: End = { code: 'unreached', final: false };
  const parser = createParser({
    onEvent: ({ event = 'message', data, id }) => {
      const known = JSON.parse(data);
      if (event === 'ended') end.code = String(known.code);
      else listener.told({ name: event, data: known });
      // behind what was told: what fails half-way is told again
      if (id) place.id = id;
    },
  });
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return end;
      alive();
      parser.feed(value);
    }
  } catch {
    return end;
  }
}
