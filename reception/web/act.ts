/** Sends what somebody did to the server, and shows what came of it where it was done. */

import { reactive, ref, watch } from 'vue'
import { HttpError, newKey, post, type Facts } from '../../web/http'
import { ago } from './clock'
import { say, knows, nameOf, timeOf } from './say'
import { kept, link, picture, refresh, roomOf } from './store'
import type { Called, Changed, Row, Verb } from './types'

/** What stands below the place where something was refused: a row, a room, a field. */
export interface Conflict {
  code: string
  text: string
  away: boolean
  verb: string
  ticket: string
  /** What is wrong with what was sent, by field. */
  fields: Record<string, string>
  retry: () => Promise<boolean>
}

export interface Toast {
  id: number
  text: string
  tone: 'done' | 'problem'
  rev: number | null
}

const TOAST_STAYS = 10_000

/** What is being saved, and what was refused, by place: `visit:7`, `room:3`, `find` … */
export const saving = reactive(new Set<string>())
export const conflicts = reactive(new Map<string, Conflict>())
export const toasts = ref<Toast[]>([])
/** A row stays while it is being saved, and until its refusal is read. */
watch(
  [conflicts, saving],
  () => {
    const visits = [...conflicts.keys(), ...saving].filter((place) => place.startsWith('visit:'))
    kept.value = new Set(visits.map((place) => Number(place.slice('visit:'.length))))
  },
  { flush: 'sync' },
)
/** Revs of what I did on this page, the last one first: what Ctrl+Z takes back. */
const mine: number[] = []
let lastToast = 0

export interface Doing {
  url: string
  body?: object
  /** Where to show that it is being saved, or why it was refused. */
  place: string
  /** Names the intention: `reception.done.<verb>`. */
  verb: string
  facts?: Facts
  undo?: boolean
}

/** Does one thing once. The answer is null when it was refused: then the reason stands at its place. */
export async function act<Answer extends { rev?: number }>(doing: Doing, key = newKey()): Promise<Answer | null> {
  if (saving.has(doing.place)) return null
  saving.add(doing.place)
  try {
    const answer = await post<Answer>(doing.url, doing.body ?? {}, key)
    conflicts.delete(doing.place)
    report(doing, answer)
    if (link.value !== 'live') refresh()
    return answer
  } catch (error) {
    refuse(doing, error, key)
    return null
  } finally {
    saving.delete(doing.place)
  }
}

function report(doing: Doing, answer: { rev?: number }): void {
  const undoable = (doing.undo ?? true) && answer.rev !== undefined
  if (undoable && answer.rev !== undefined) mine.unshift(answer.rev)
  const facts = { ...doing.facts, ...answer }
  toast(say(`reception.done.${doing.verb}`, facts), 'done', undoable ? (answer.rev ?? null) : null)
}

function refuse(doing: Doing, error: unknown, key: string): void {
  if (!(error instanceof HttpError)) throw error
  conflicts.set(doing.place, {
    code: error.code,
    text: wordsOf(error),
    away: error.away,
    verb: doing.verb,
    ticket: String(error.facts['ticket'] ?? ''),
    fields: fieldsOf(error),
    retry: async () => (await act(doing, key)) !== null,
  })
  refresh()
}

/** Which fields were unfit: by the form of what was sent, or by a refusal that names one. */
function fieldsOf(error: HttpError): Record<string, string> {
  const field = error.facts['field']
  if (typeof field === 'string') return { [field]: error.code }
  return (error.facts['fields'] ?? {}) as Record<string, string>
}

/** Does something with one visit. */
export function doVerb(row: Row, verb: Verb, body: object = {}, facts: Facts = {}, place = `visit:${row.visit}`): Promise<Changed | null> {
  return act<Changed>({
    url: `/api/reception/visits/${row.visit}/${verb}`,
    body,
    place,
    verb,
    facts: { ticket: row.ticket, room: roomName(row.room), ...facts },
    undo: picture.value?.choices.undo.includes(verb) ?? false,
  })
}

export function callNext(room: number, more: { finish?: number; skipping?: number[] } = {}): Promise<Called | null> {
  return act({
    url: `/api/reception/rooms/${room}/call-next`,
    body: { skipping: [], ...more },
    place: `room:${room}`,
    verb: 'call-next',
    facts: { room: roomName(room) },
  })
}

export async function undo(rev: number, place = 'undo'): Promise<boolean> {
  const done = await act({ url: '/api/reception/undo', body: { rev }, place, verb: 'undo', undo: false })
  if (done) forget(rev)
  return done !== null
}

/** Takes something back from a toast or by keyboard, where no other place could say why not. */
export async function takeBack(rev: number): Promise<void> {
  if (await undo(rev)) return
  const conflict = conflicts.get('undo')
  conflicts.delete('undo')
  if (conflict) toast(conflict.text, 'problem', null)
  if (!conflict?.away) forget(rev)
}

export function undoLast(): void {
  const last = mine[0]
  if (last !== undefined) void takeBack(last)
}

function forget(rev: number): void {
  const at = mine.indexOf(rev)
  if (at >= 0) mine.splice(at, 1)
  toasts.value = toasts.value.filter((each) => each.rev !== rev)
}

export function toast(text: string, tone: Toast['tone'], rev: number | null): void {
  const id = ++lastToast
  // Only the latest thing done is told: a second message would cover the buttons above.
  toasts.value = [...toasts.value.filter((each) => each.tone === 'problem').slice(-1), { id, text, tone, rev }]
  if (tone === 'done') setTimeout(() => dropToast(id), TOAST_STAYS)
}

export function dropToast(id: number): void {
  toasts.value = toasts.value.filter((each) => each.id !== id)
}

/** Whoever comes next must not find what I did. */
export function forgetActions(): void {
  mine.length = 0
  toasts.value = []
  conflicts.clear()
}

const PLAIN: Record<number, string> = { 403: 'not_allowed', 404: 'not_found', 429: 'too_many', 503: 'busy', 500: 'bug' }

/** Why not, in words: the refusal's own, with the present truth in it, else what kind of trouble it is. */
export function wordsOf(error: HttpError): string {
  if (error.away) return say('reception.problem.offline')
  const key = `refused.${error.code}`
  if (knows(key)) return say(key, said(error.facts))
  const problem = error.code === 'invalid' ? 'invalid' : (PLAIN[error.status] ?? 'bug')
  return say(`reception.problem.${problem}`, { request_id: '', ...error.facts })
}

/** The facts of a refusal as people say them: a room by its name, a person by theirs, a moment by its age. */
function said(facts: Facts): Facts {
  const since = typeof facts['since'] === 'string' ? facts['since'] : null
  const by = typeof facts['by'] === 'string' ? facts['by'] : ''
  return {
    ...facts,
    room: roomName(typeof facts['room'] === 'number' ? facts['room'] : null),
    by: picture.value?.staff[by] ?? say('reception.somebody'),
    ago: since ? ago(since) : say('reception.now'),
    at: since ? timeOf(since) : '',
  }
}

export function roomName(id: number | null): string {
  const room = roomOf(id)
  return room ? nameOf(room.name) : say('reception.somewhere')
}
