/** How a request can fail, so that each screen says it alike: what happened, what to do, and the code. */
export type Violation = { pointer: string; code: string; detail: string; hint: string };

/** RFC 9457, as docs/api.md describes it. */
export type Problem = {
  code: string;
  status: number;
  detail: string;
  hint: string;
  request_id: string;
  errors: Violation[];
};

/** A service said no. */
export class Refused extends Error {
  constructor(
    readonly problem: Problem,
    /** In seconds; what the service asks for. */
    readonly retryAfter?: number,
  ) {
    super(problem.detail);
  }
}

/** Nobody answered. */
export class Unreached extends Error {}

/** There is no session any more. */
export class SignedOut extends Error {}

export async function refusedBy(answer: Response): Promise<Refused> {
  const body = await answer.json().catch(() => undefined);
  const retryAfter = Number(answer.headers.get('Retry-After')) || undefined;
  return new Refused(isProblem(body) ? body : unknown(answer), retryAfter);
}

function isProblem(body: unknown): body is Problem {
  return (
    typeof body === 'object' && body !== null && 'code' in body && Array.isArray((body as Problem).errors)
  );
}

function unknown(answer: Response): Problem {
  const request_id = answer.headers.get('X-Request-Id') ?? '';
  return {
    code: 'unknown',
    status: answer.status,
    detail: answer.statusText,
    hint: '',
    request_id,
    errors: [],
  };
}

const WORTH_ANOTHER_TRY = [429, 502, 503, 504];

/** Whether reading again may help. */
export function mayPass(error: unknown): boolean {
  return (
    error instanceof Unreached ||
    (error instanceof Refused && WORTH_ANOTHER_TRY.includes(error.problem.status))
  );
}
