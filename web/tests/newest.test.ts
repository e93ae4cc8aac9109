import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { Newest } from '@/shared/newest';

const QUIET = 400;
let answers: Map<string, (answer: string) => void>;
let told: string[];
let signals: AbortSignal[];
let newest: Newest<string, string>;

beforeEach(() => {
  vi.useFakeTimers();
  answers = new Map();
  told = [];
  signals = [];
  const ask = (question: string, signal: AbortSignal) => {
    signals.push(signal);
    return new Promise<string>((answer) => answers.set(question, answer));
  };
  newest = new Newest(QUIET, ask, (answer) => told.push(answer));
});

afterEach(() => void vi.useRealTimers());

const answered = async (question: string) => {
  answers.get(question)?.(`to ${question}`);
  await vi.advanceTimersByTimeAsync(0);
};

it('asks once when the keys rest, about what stands there then', async () => {
  let typed = 'a';
  newest.next(() => typed);
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  newest.next(() => typed);
  typed = 'abc';
  await vi.advanceTimersByTimeAsync(QUIET - 1);
  expect(answers.size).toBe(0);
  await vi.advanceTimersByTimeAsync(1);
  expect([...answers.keys()]).toEqual(['abc']);
});

it('an answer that comes late overwrites no newer one', async () => {
  newest.next(() => 'first');
  await vi.advanceTimersByTimeAsync(QUIET);
  newest.next(() => 'second');
  await vi.advanceTimersByTimeAsync(QUIET);
  await answered('second');
  await answered('first');
  expect(told).toEqual(['to second']);
  expect(signals.map((one) => one.aborted)).toEqual([true, false]);
});

it('an answer to what stands there no more is not told, even before the next question', async () => {
  newest.next(() => 'first');
  await vi.advanceTimersByTimeAsync(QUIET);
  newest.next(() => 'second');
  await answered('first');
  expect(told).toEqual([]);
});

it('tells nothing after it was stopped', async () => {
  newest.next(() => 'first');
  await vi.advanceTimersByTimeAsync(QUIET);
  newest.stop();
  await answered('first');
  newest.next(() => 'second');
  newest.stop();
  await vi.advanceTimersByTimeAsync(QUIET);
  expect([told, answers.size]).toEqual([[], 1]);
});
