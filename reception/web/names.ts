/** Masked or full names: a choice of the person, which falls back by itself. */

import { ref } from 'vue'
import { say } from './say'

const FULL_FOR = 120_000

export const full = ref(false)
let timer: ReturnType<typeof setTimeout> | undefined

export function toggleNames(): void {
  if (full.value) return maskNames()
  full.value = true
  timer = setTimeout(maskNames, FULL_FOR)
}

export function maskNames(): void {
  clearTimeout(timer)
  full.value = false
}

export function shownName(who: { name: string; masked: string; minor?: boolean }): string {
  if (full.value && who.name) return who.name
  if (who.masked) return who.masked
  return who.minor ? say('reception.name.minor') : say('reception.name.unknown')
}
