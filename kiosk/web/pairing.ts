/** Becomes a terminal of a clinic: by a link made ahead, or by a code that reception approves. */

import { ref } from 'vue'
import { get, HttpError, post } from '../../web/http'
import type { Pairing } from './page'

const EVERY = 2_000
const CLAIM = '#claim='

/** The code on the screen, empty while there is none. */
export const code = ref('')
export const away = ref(false)

/** Resolves once this browser is a paired terminal. */
export async function pair(): Promise<void> {
  await claim()
  for (;;) {
    if (await isPaired()) return
    await new Promise((wake) => setTimeout(wake, EVERY))
  }
}

/** Follows a link made ahead; the secret leaves the address at once. */
async function claim(): Promise<void> {
  if (!location.hash.startsWith(CLAIM)) return
  const secret = location.hash.slice(CLAIM.length)
  history.replaceState(null, '', location.pathname)
  await post('/api/pair/claim', { claim: secret }).catch(noted)
}

async function isPaired(): Promise<boolean> {
  try {
    const known = await get<Pairing>('/api/pair?kind=kiosk')
    const now = known.state === 'unknown' || known.state === 'revoked' ? await ask() : known
    code.value = now.code
    away.value = false
    return now.state === 'paired'
  } catch (error) {
    noted(error)
    return false
  }
}

function ask(): Promise<Pairing> {
  return post<Pairing>('/api/pair/ask', { kind: 'kiosk' })
}

function noted(error: unknown): void {
  if (!(error instanceof HttpError)) throw error
  away.value = error.away
}
