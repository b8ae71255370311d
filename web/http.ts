/** Talks to the server by HTTP: asks, and does things once however often they are sent. */

export type Facts = Record<string, unknown>

/** The server said no, or could not be reached: then `away` is true and `status` is 0. `code` words it: `refused.<code>`. */
export class HttpError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly facts: Facts = {},
  ) {
    super(code)
    this.name = 'HttpError'
  }

  get away(): boolean {
    return this.status === 0
  }
}

const PATIENCE = 10_000
const KEY_BYTES = 16

/** A key of its own for one intention. Sending the same body again with it repeats the answer, never the effect. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(KEY_BYTES))
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}

export function get<Answer>(path: string, headers: Record<string, string> = {}): Promise<Answer> {
  return send<Answer>(path, { method: 'GET', headers })
}

/** Keep `key` and pass it again to repeat a request whose answer got lost. */
export function post<Answer>(path: string, body: object = {}, key: string = newKey()): Promise<Answer> {
  const headers = { 'Content-Type': 'application/json', 'Idempotency-Key': key }
  return send<Answer>(path, { method: 'POST', headers, body: JSON.stringify(body) })
}

async function send<Answer>(path: string, request: RequestInit): Promise<Answer> {
  const response = await reach(path, request)
  const answer: unknown = await response.json().catch(() => ({}))
  if (response.ok) return answer as Answer
  const { code, ...facts } = answer as Facts
  throw isGateway(response.status) && !code
    ? new HttpError(0, 'away')
    : new HttpError(response.status, typeof code === 'string' ? code : 'bug', facts)
}

async function reach(path: string, request: RequestInit): Promise<Response> {
  try {
    return await fetch(path, { ...request, cache: 'no-store', credentials: 'same-origin', signal: AbortSignal.timeout(PATIENCE) })
  } catch {
    throw new HttpError(0, 'away')
  }
}

/** A proxy that cannot reach our server answers in its own words: for the page that is the same as no answer. */
function isGateway(status: number): boolean {
  return status === 502 || status === 503 || status === 504
}
