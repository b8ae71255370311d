/** Moving a row in its queue: by dragging, by keyboard, always with a reason. */

import { computed, shallowRef } from 'vue'
import { conflicts, doVerb } from './act'
import { moving } from './ask'
import { hold, release } from './hold'
import { rowsOf } from './store'
import type { Column, Row } from './types'

export interface Drag {
  row: Row
  queue: number
  to: number
  /** Where the lifted row is drawn. */
  left: number
  top: number
  width: number
}

export const drag = shallowRef<Drag | null>(null)

/** The rows of a queue as they would stand: with the one that is being moved at its new place. */
export function preview(column: Column): Row[] {
  const rows = rowsOf(column)
  const change = drag.value ?? moving.value
  if (!change || change.row.queue !== column.queue) return rows
  const others = rows.filter((row) => row.visit !== change.row.visit)
  return [...others.slice(0, change.to - 1), change.row, ...others.slice(change.to - 1)]
}

/** Whom a move would overtake, or let go first. */
export function passed(column: Column, row: Row, to: number): Row[] {
  const rows = rowsOf(column)
  const from = row.position ?? 1
  return to < from ? rows.slice(to - 1, from - 1) : rows.slice(from, to)
}

export const isMoving = computed(() => drag.value !== null || moving.value !== null)

/** Follows the pointer from a row's handle until it is let go; then the reason is asked. */
export function startDrag(event: PointerEvent, row: Row, list: HTMLElement): void {
  const element = list.querySelector<HTMLElement>(`[data-visit="${row.visit}"]`)
  if (event.button !== 0 || !element) return
  event.preventDefault()
  const box = element.getBoundingClientRect()
  const grip = { x: event.clientX - box.left, y: event.clientY - box.top }
  const scroller = list.closest<HTMLElement>('.scroll')
  hold('drag')
  moving.value = null

  const follow = (move: PointerEvent): void => {
    roll(scroller, move.clientY)
    const to = placeAt(list, row.visit, move.clientY)
    drag.value = { row, queue: row.queue, to, left: move.clientX - grip.x, top: move.clientY - grip.y, width: box.width }
  }
  const end = (done: boolean): void => {
    removeEventListener('pointermove', follow)
    removeEventListener('pointerup', drop)
    removeEventListener('pointercancel', stop)
    removeEventListener('keydown', escape, true)
    const last = drag.value
    drag.value = null
    release('drag')
    if (done && last && last.to !== row.position) {
      moving.value = { row, to: last.to, anchor: list }
    }
  }
  const drop = (): void => end(true)
  const stop = (): void => end(false)
  const escape = (key: KeyboardEvent): void => {
    if (key.key === 'Escape') stop()
  }
  addEventListener('pointermove', follow)
  addEventListener('pointerup', drop)
  addEventListener('pointercancel', stop)
  addEventListener('keydown', escape, true)
  follow(event)
}

/** The position a row would get if it were dropped at this height. */
function placeAt(list: HTMLElement, visit: number, y: number): number {
  const others = [...list.querySelectorAll<HTMLElement>('[data-visit]')].filter((each) => each.dataset['visit'] !== String(visit))
  const above = others.filter((each) => {
    const box = each.getBoundingClientRect()
    return box.top + box.height / 2 < y
  })
  return above.length + 1
}

function roll(scroller: HTMLElement | null, y: number): void {
  if (!scroller) return
  const box = scroller.getBoundingClientRect()
  if (y < box.top + 40) scroller.scrollTop -= 12
  if (y > box.bottom - 40) scroller.scrollTop += 12
}

/** The row that I moved last: it alone slides to its new place. */
export const slid = shallowRef<number | null>(null)

export async function confirmMove(row: Row, position: number, reason: string, note: string): Promise<boolean> {
  const body = note ? { position, reason, note } : { position, reason }
  const done = await doVerb(row, 'move', body, { position }, placeOf(row))
  if (done) slid.value = row.visit
  return done !== null
}

export function placeOf(row: Row): string {
  return `move:${row.visit}`
}

export function giveUp(): void {
  if (moving.value) conflicts.delete(placeOf(moving.value.row))
  moving.value = null
}

