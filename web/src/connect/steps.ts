/** The guided way: its steps in order, and where a person is on it. */
export const STEPS = ['line', 'provider', 'numbers', 'agent', 'call'] as const;
export type Step = (typeof STEPS)[number];

/** A step, or what comes after the last one. */
export type Screen = Step | 'live';

// what a person needs who reads everything
const SECONDS: Record<Step, number> = { line: 15, provider: 90, numbers: 45, agent: 60, call: 60 };

export const isScreen = (text: string): text is Screen => text === 'live' || STEPS.includes(text as Step);

export const placeOf = (screen: Screen): number =>
  screen === 'live' ? STEPS.length : STEPS.indexOf(screen) + 1;

/** From this step to the end. */
export function minutesLeft(screen: Screen): number {
  if (screen === 'live') return 1;
  const left = STEPS.slice(placeOf(screen) - 1).reduce((sum, step) => sum + SECONDS[step], 0);
  return Math.max(1, Math.round(left / 60));
}

export function before(screen: Screen): Step | undefined {
  return screen === 'live' ? 'call' : STEPS[STEPS.indexOf(screen) - 1];
}

export const after = (step: Step): Screen => STEPS[STEPS.indexOf(step) + 1] ?? 'live';

type Way = { steps: { step: Step; done_at?: string }[]; state: string };

export const isDone = (way: Way, step: Step): boolean =>
  way.steps.some((one) => one.step === step && one.done_at !== undefined);

/** A step can be opened when all before it are done. */
export const isOpen = (way: Way, screen: Screen): boolean =>
  STEPS.slice(0, placeOf(screen) - (screen === 'live' ? 0 : 1)).every((step) => isDone(way, step));

/** Where this screen's address leads: here, or to the first step that has to come before it. */
export function screenOf(way: Way, asked: string): Screen {
  if (way.state === 'live') return 'live';
  if (isScreen(asked) && isOpen(way, asked)) return asked;
  return STEPS.find((step) => !isDone(way, step)) ?? 'live';
}
