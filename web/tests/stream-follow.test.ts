/** The reader of event streams before a real server, which says what each test lets it say. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Access, follow, type Lost, type Place, type Told } from '@/shared/stream/follow';

type Answers = (request: IncomingMessage, response: ServerResponse) => void;

let server: Server;
let address: string;
let answers: Answers[];
let asked: { token?: string; id?: string }[];
let stop: AbortController;
let heard: (Told | Lost)[];
let place: Place;
const waiting: { count: number; done: () => void }[] = [];

beforeEach(async () => {
  [answers, asked, heard, place, stop] = [[], [], [], {}, new AbortController()];
  server = createServer((request, response) => {
    asked.push({
      token: request.headers.authorization?.replace('Bearer ', ''),
      id: request.headers['last-event-id'] as string | undefined,
    });
    (answers.shift() ?? says({}))(request, response);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/stream`;
});

afterEach(async () => {
  stop.abort();
  server.closeAllConnections();
  await new Promise((done) => server.close(done));
});

/** stays: open and silent afterwards. */
function says({ words = '', stays = false, status = 200, headers = {} }): Answers {
  return (_, response) => {
    response.writeHead(status, { 'Content-Type': 'text/event-stream', ...headers });
    response.write(words);
    if (!stays) response.end();
  };
}

const event = (name: string, data: unknown, id = '') =>
  `event: ${name}\ndata: ${JSON.stringify(data)}\n${id && `id: ${id}\n`}\n`;

function note(what: Told | Lost) {
  heard.push(what);
  for (const one of waiting) if (heard.length >= one.count) one.done();
}

const hears = (count: number) =>
  new Promise<void>((done) => {
    if (heard.length >= count) done();
    else waiting.push({ count, done });
  });

function begin(access: Partial<Access> = {}, silent?: number): Promise<void> {
  const known = { token: async () => 'first', renewed: async () => undefined, ...access };
  const listener = { told: note, lost: note, connected: () => undefined };
  return follow(address, known, listener, place, stop.signal, silent);
}

it('goes on behind the last event when the stream ends, and tells each once', async () => {
  answers = [
    says({ words: `retry: 1000\n${event('snapshot', { calls: [] }, 'a')}${event('call_started', 1, 'b')}` }),
    says({ words: event('heartbeat', { as_of: 'now' }, 'c'), stays: true }),
  ];
  void begin();
  await hears(4);
  expect(asked).toEqual([
    { token: 'first', id: undefined },
    { token: 'first', id: 'b' },
  ]);
  expect(heard).toEqual([
    { name: 'snapshot', data: { calls: [] } },
    { name: 'call_started', data: 1 },
    { code: 'unreached', final: false },
    { name: 'heartbeat', data: { as_of: 'now' } },
  ]);
  expect(place.id).toBe('c');
});

it('says why a stream ended, and does not take that for an event', async () => {
  answers = [
    says({ words: event('ended', { code: 'token_expired', detail: '', hint: '' }) }),
    says({ stays: true }),
  ];
  void begin();
  await hears(1);
  expect(heard).toEqual([{ code: 'token_expired', final: false }]);
});

it('shows another token when the first is refused', async () => {
  answers = [says({ status: 401, words: '{}' }), says({ words: event('snapshot', 1), stays: true })];
  void begin({ renewed: async (refused) => (refused === 'first' ? 'second' : undefined) });
  await hears(1);
  expect(asked.map((one) => one.token)).toEqual(['first', 'second']);
});

it('leaves a connection on which nothing comes', async () => {
  answers = [
    says({ words: event('snapshot', 1, 'a'), stays: true }),
    says({ words: event('heartbeat', 2), stays: true }),
  ];
  void begin({}, 100);
  await hears(3);
  expect(heard[1]).toEqual({ code: 'unreached', final: false });
  expect(asked[1]?.id).toBe('a');
});

it('comes without an id that the server does not know', async () => {
  place.id = 'old';
  answers = [
    says({ status: 422, words: '{"code": "last_event_id_invalid"}' }),
    says({ words: event('snapshot', 1), stays: true }),
  ];
  void begin();
  await hears(2);
  expect(asked.map((one) => one.id)).toEqual(['old', undefined]);
});

it('asks no more for what the role may not read', async () => {
  answers = [says({ status: 403, words: '{"code": "scope_missing"}' })];
  await begin();
  expect(heard).toEqual([{ code: 'scope_missing', final: true }]);
  expect(asked).toHaveLength(1);
});

it('waits as long as the server asks it to', async () => {
  answers = [
    says({ status: 429, words: '{"code": "streams_too_many"}', headers: { 'Retry-After': '1' } }),
    says({ words: event('snapshot', 1), stays: true }),
  ];
  const began = Date.now();
  void begin();
  await hears(2);
  expect(Date.now() - began).toBeGreaterThan(950);
});
