/** The conversation as the page holds it: nothing of it is anywhere but in memory, and leaving wipes it. */

import { reactive } from 'vue'
import { get, HttpError, newKey, post } from '../../web/http'
import type { Field, Page, Problem, Turn } from './page'
import { manner, resetManner, useLanguage } from './say'

export type Values = Record<string, string | string[]>

export const terminal = reactive({
  page: null as Page | null,
  clinic: null as Turn['clinic'] | null,
  /** By how many milliseconds the server's clock is ahead of ours, and the clinic's time zone. */
  ahead: 0,
  zone: '',
  device: '',
  talk: '',
  values: {} as Values,
  problem: null as Problem | null,
  idle: 0,
  countdown: 0,
  lookIn: null as number | null,
  /** A request is on its way, and the person has noticed. */
  busy: false,
  /** A request does not get through; it is repeated until it does. */
  away: false,
  /** The live connection, too, says that the server cannot be reached. */
  cut: false,
  /** Something broke: ask staff. */
  broken: false,
  unpaired: false,
  help: 'no' as 'no' | 'asked' | 'coming',
})

const NOTICED = 400
const AGAIN = 2_000

/** Every wipe begins a new round: what still answers for an older one is dropped. */
let round = 0
let sending = false
let scanned = ''
/** The first page as it was last given: a wipe shows it at once. */
let first: Page | null = null

/** The first page. */
export function start(): Promise<void> {
  return turn('/api/kiosk/start', { talk: '', language: '' })
}

/** Press a button of the page, with what its fields hold. */
export function press(action: string): Promise<void> {
  const values = { ...terminal.values }
  return turn('/api/kiosk/answer', { page: terminal.page?.id ?? '', action, values })
}

export function back(): Promise<void> {
  return turn('/api/kiosk/back', { page: terminal.page?.id ?? '' })
}

/** A code held to the scanner while something else is on its way comes right after it. */
export async function scan(text: string): Promise<void> {
  if (sending) scanned = text
  else await turn('/api/kiosk/scan', { text })
}

/** Look at the page again: the ticket's paper and place change while it is shown. */
export async function look(): Promise<void> {
  const mine = round
  if (sending || !terminal.talk) return
  try {
    const seen = await get<Turn>(`/api/kiosk/look?language=${manner.language}`, { 'X-Talk': terminal.talk })
    if (mine === round && !sending && seen.page.id === terminal.page?.id) show(seen)
  } catch (error) {
    failed(error)
  }
}

/** Forget everything, here and on the server. */
export async function leave(): Promise<void> {
  const talk = terminal.talk
  wipe()
  if (talk) await post('/api/kiosk/leave', { talk }).catch(() => undefined)
  await start()
}

export async function callStaff(): Promise<void> {
  const key = newKey()
  terminal.help = 'asked'
  await persist(() => post('/api/kiosk/help', {}, key)).catch(failed)
}

/** A bug: the patient is told to ask staff, the console of the browser keeps what happened. */
export function broke(error: unknown): void {
  console.error(error)
  terminal.broken = true
}

function wipe(): void {
  round += 1
  sending = false
  scanned = ''
  Object.assign(terminal, { page: first, talk: '', values: {}, problem: null, busy: false, away: false, broken: false })
  terminal.help = 'no'
  resetManner()
}

async function turn(path: string, body: object): Promise<void> {
  if (sending) return
  const mine = round
  sending = true
  const noticed = setTimeout(() => (terminal.busy = mine === round), NOTICED)
  try {
    const key = newKey()
    const sent = { talk: terminal.talk, language: manner.language, ...body }
    const turned = await persist(() => post<Turn>(path, sent, key), mine)
    if (turned && mine === round) show(turned)
  } catch (error) {
    if (mine === round) failed(error)
  } finally {
    clearTimeout(noticed)
    if (mine === round) rest()
  }
}

function rest(): void {
  const text = scanned
  sending = false
  scanned = ''
  terminal.busy = false
  if (text) void scan(text)
}

/** Repeats a request, with its key, until the server is back or the person has left. */
async function persist<Answer>(attempt: () => Promise<Answer>, mine: number = round): Promise<Answer | null> {
  while (mine === round) {
    try {
      const answer = await attempt()
      terminal.away = false
      return answer
    } catch (error) {
      if (!(error instanceof HttpError) || !(error.away || error.status === 503)) throw error
      terminal.away = error.away
      await new Promise((wake) => setTimeout(wake, AGAIN))
    }
  }
  return null
}

function show(turned: Turn): void {
  const another = turned.page.id !== terminal.page?.id
  if (another) terminal.values = Object.fromEntries(turned.page.fields.map(valueOf))
  Object.assign(terminal, {
    page: turned.page,
    talk: turned.talk,
    problem: turned.problem,
    idle: turned.idle,
    countdown: turned.countdown,
    lookIn: turned.look_in,
    clinic: turned.clinic,
    ahead: Date.parse(turned.now) - Date.now(),
    zone: turned.time_zone,
    device: turned.device,
    away: false,
  })
  if (turned.talk) return
  first = turned.page
  terminal.help = 'no'
  useLanguage(turned.language)
  resetManner()
}

function valueOf(field: Field): [string, string | string[]] {
  return [field.name, field.value]
}

function failed(error: unknown): void {
  if (!(error instanceof HttpError)) throw error
  if (error.status === 401) terminal.unpaired = true
  else if (error.away) terminal.away = true
  else terminal.broken = true
}
