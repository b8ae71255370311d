/** What has to be chosen before something is done with a visit, and what is open for it. */

import { shallowRef } from 'vue'
import { doVerb } from './act'
import { nameOf, say } from './say'
import { columnOf, picture, roomOf } from './store'
import type { Row, Verb } from './types'

export interface Option {
  label: string
  body: object
  facts?: Record<string, unknown>
  chosen?: boolean
}

export type Asked =
  | { kind: 'menu'; row: Row; anchor: HTMLElement; place?: string }
  | { kind: 'options'; row: Row; anchor: HTMLElement; verb: Verb; options: Option[]; place: string | undefined }
  | { kind: 'identity'; row: Row; anchor: HTMLElement; seats: boolean; place: string | undefined }
  | { kind: 'person'; anchor: HTMLElement }

/** The one small panel that is open. */
export const asked = shallowRef<Asked | null>(null)
/** The visit whose drawer is open, and the one whose form is asked. */
export const openVisit = shallowRef<number | null>(null)
export const formVisit = shallowRef<number | null>(null)
/** A move that waits for its reason. */
export const moving = shallowRef<{ row: Row; to: number; anchor: HTMLElement } | null>(null)

export function closeAll(): void {
  asked.value = null
  openVisit.value = null
  formVisit.value = null
  moving.value = null
}

export function openDrawer(visit: number): void {
  asked.value = null
  formVisit.value = null
  openVisit.value = visit
}

/** Begins a verb: at once where nothing is to be chosen, else with a small panel at `anchor`. A no stands at `place`. */
export function begin(row: Row, verb: Verb, anchor: HTMLElement, place?: string): void {
  asked.value = null
  if (verb === 'form') {
    formVisit.value = row.visit
    return
  }
  if (verb === 'move') return beginMove(row, row.position ?? 1, anchor)
  if (verb === 'identity') {
    asked.value = { kind: 'identity', row, anchor, seats: false, place }
    return
  }
  if (verb === 'seat' && row.state !== 'waiting_in_chair') return beginSeat(row, anchor, place)
  offer(row, verb, anchor, optionsOf(row, verb), place)
}

export function beginMove(row: Row, to: number, anchor: HTMLElement): void {
  asked.value = null
  moving.value = { row, to, anchor }
}

/** What stands before the chair comes first: the form, then the identity, then which chair. */
function beginSeat(row: Row, anchor: HTMLElement, place?: string): void {
  if (row.needs.includes('form') && row.verbs.includes('form')) {
    formVisit.value = row.visit
  } else if (row.needs.includes('identity')) {
    asked.value = { kind: 'identity', row, anchor, seats: true, place }
  } else {
    offer(row, 'seat', anchor, optionsOf(row, 'seat'), place)
  }
}

/** Seats somebody whose identity has just been checked. */
export function seatNow(row: Row, anchor: HTMLElement, place?: string): void {
  offer(row, 'seat', anchor, optionsOf(row, 'seat'), place)
}

function offer(row: Row, verb: Verb, anchor: HTMLElement, options: Option[] | null, place?: string): void {
  const only = options?.length === 1 ? options[0] : undefined
  if (options === null || only) void doVerb(row, verb, only?.body, only?.facts, place)
  else asked.value = { kind: 'options', row, anchor, verb, options, place }
}

/** The choices of a verb; null where there is nothing to choose. */
function optionsOf(row: Row, verb: Verb): Option[] | null {
  const choices = picture.value?.choices
  if (!choices) return null
  switch (verb) {
    case 'call':
      return (columnOf(row.queue)?.rooms ?? []).map((room) => {
        const label = nameOf(roomOf(room)?.name ?? { zh: '', en: '' })
        return { label, body: { room }, facts: { room: label } }
      })
    case 'seat':
      return freeChairs(row)
    case 'transfer':
      return (picture.value?.columns ?? [])
        .filter((column) => column.queue !== row.queue)
        .map((column) => ({ label: nameOf(column.name), body: { queue: column.queue }, facts: { queue: nameOf(column.name) } }))
    case 'triage':
      return choices.triage.map((level) => ({
        label: say(`reception.level.${level}`),
        body: { level },
        facts: { level },
        chosen: level === row.triage,
      }))
    case 'priority':
      return [null, ...choices.priority].map((priority) => ({
        label: priority ? say(`clinic.priority.${priority}`) : say('reception.priority.none'),
        body: { priority },
        chosen: priority === row.priority,
      }))
    case 'step-out':
      return choices.step_out.map((minutes) => ({ label: say('reception.minutes', { n: minutes }), body: { minutes } }))
    case 'cancel':
      return choices.cancel.map((reason) => ({ label: say(`reception.cancel.${reason}`), body: { reason } }))
    case 'reprint':
      return choices.reprint.map((reason) => ({ label: say(`reception.reprint.${reason}`), body: { reason } }))
    default:
      return null
  }
}

function freeChairs(row: Row): Option[] | null {
  const free = (roomOf(row.room)?.chairs ?? []).filter((seat) => !seat.row)
  if (free.length < 2) return null
  return free.map((seat) => ({ label: say('reception.room.chair', { code: seat.code }), body: { chair: seat.id } }))
}
