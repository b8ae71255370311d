/** The picture of the console, and how it is kept live. */

import { computed, ref, shallowRef, watch as observe } from 'vue'
import type { HttpError } from '../../web/http'
import { watch, type Link, type Watching } from '../../web/live'
import { setClock } from './clock'
import { held, occupied } from './hold'
import { language } from './say'
import type { Column, Console, RoomLine, Row } from './types'

export const picture = shallowRef<Console | null>(null)
export const link = ref<Link>('polling')
export const heard = ref<Date | null>(null)

/** The order in which each queue's rows are drawn: the picture's, unless it is held. */
const drawn = shallowRef(new Map<number, Row[]>())
/** Rows that stay where they are, because something about them is being saved or still to be read. */
export const kept = ref(new Set<number>())

let watching: Watching | null = null

/** Watches in the language of the page; call again when that changes. */
export function startWatching(onRefused: (error: HttpError) => void): void {
  watching?.stop()
  watching = watch<Console>({
    face: 'console',
    url: `/api/reception/picture?language=${language.value}`,
    language: language.value,
    show: (body, { at }) => {
      setClock(at)
      picture.value = body
      draw()
    },
    link: (now, since) => {
      link.value = now
      heard.value = since
    },
    order: (order) => order === 'reload' && location.reload(),
    rebuilt: reloadWhenFree,
    refused: onRefused,
  })
}

/** Forgets everything at once: nothing of a patient stays on a locked console. */
export function stopWatching(): void {
  watching?.stop()
  watching = null
  picture.value = null
  drawn.value = new Map()
  kept.value = new Set()
}

export function refresh(): void {
  void watching?.refresh()
}

function reloadWhenFree(): void {
  observe([held, occupied], ([holding, busy]) => holding || busy || location.reload(), { immediate: true })
}

observe([held, kept], () => draw())

function draw(): void {
  const columns = picture.value?.columns ?? []
  drawn.value = new Map(columns.map((column) => [column.queue, arrange(column, drawn.value.get(column.queue) ?? [])]))
}

/** While held, rows keep their places: those that left stay as they were last seen, new ones come at the end. */
function arrange(column: Column, before: Row[]): Row[] {
  if (!held.value && !before.some((row) => kept.value.has(row.visit))) return column.rows
  const fresh = new Map(column.rows.map((row) => [row.visit, row]))
  const stays = held.value ? before : keptInPlace(column.rows, before)
  const known = new Set(stays.map((row) => row.visit))
  const still = stays.filter((row) => fresh.has(row.visit) || held.value || kept.value.has(row.visit))
  return [...still.map((row) => fresh.get(row.visit) ?? rowOf(row.visit) ?? row), ...column.rows.filter((row) => !known.has(row.visit))]
}

/** The new order, with the rows that are kept put back at the index they had. */
function keptInPlace(rows: Row[], before: Row[]): Row[] {
  const result = [...rows]
  before.forEach((row, index) => {
    const gone = !rows.some((each) => each.visit === row.visit)
    if (gone && kept.value.has(row.visit)) result.splice(Math.min(index, result.length), 0, row)
  })
  return result
}

export function rowsOf(column: Column): Row[] {
  return drawn.value.get(column.queue) ?? column.rows
}

export const everyRow = computed(() => {
  const shown = picture.value
  if (!shown) return []
  const inColumns = shown.columns.flatMap((column) => [...column.rows, ...column.aside])
  const inRooms = shown.rooms.flatMap((room) => [...room.called, ...room.chairs.flatMap((seat) => seat.row ?? [])])
  return [...inRooms, ...inColumns]
})

export function rowOf(visit: number): Row | undefined {
  return everyRow.value.find((row) => row.visit === visit)
}

export function roomOf(id: number | null): RoomLine | undefined {
  return picture.value?.rooms.find((room) => room.id === id)
}

export function columnOf(queue: number): Column | undefined {
  return picture.value?.columns.find((column) => column.queue === queue)
}
