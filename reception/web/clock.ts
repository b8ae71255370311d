/** The server's time, ticking between its pictures: this machine's clock may be wrong. */

import { computed, ref } from 'vue'
import { language, say } from './say'

const SECOND = 1_000

const base = ref({ server: Date.now(), here: performance.now() })
const ticks = ref(performance.now())

setInterval(() => (ticks.value = performance.now()), SECOND)

export function setClock(at: string): void {
  base.value = { server: Date.parse(at), here: performance.now() }
  ticks.value = base.value.here
}

export const now = computed(() => base.value.server + Math.max(0, ticks.value - base.value.here))

/** Seconds since a moment, never negative. */
export function secondsSince(moment: string): number {
  return Math.max(0, Math.floor((now.value - Date.parse(moment)) / SECOND))
}

export function ago(moment: string): string {
  const seconds = secondsSince(moment)
  if (seconds < 3) return say('reception.now')
  if (seconds < 60) return say('reception.ago.seconds', { n: seconds })
  if (seconds < 3600) return say('reception.ago.minutes', { n: Math.floor(seconds / 60) })
  return say('reception.ago.hours', { n: Math.floor(seconds / 3600) })
}

/** A running time as on a stopwatch, `12:30`; past the hour `1:02:30`. */
export function running(moment: string): string {
  const seconds = secondsSince(moment)
  const parts = [Math.floor(seconds / 60) % 60, seconds % 60].map((part) => String(part).padStart(2, '0'))
  const hours = Math.floor(seconds / 3600)
  return hours ? [hours, ...parts].join(':') : parts.join(':')
}

/** The time on the clinic's wall, or what it was some milliseconds ago. */
export function wallClock(timeZone: string, before = 0): string {
  const options: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone }
  return new Intl.DateTimeFormat(language.value, options).format(now.value - before)
}
