/** Somebody who has left must leave nothing: after a while a countdown, after that the wipe. */

import { onMounted, onUnmounted, ref } from 'vue'
import { leave, terminal } from './terminal'
import { resetManner } from './say'

const TICK = 250
const SIGNS = ['pointerdown', 'keydown', 'input'] as const

/** Seconds until the wipe, while a page other than the first is shown. */
export const remaining = ref<number | null>(null)
/** The countdown is on the screen. */
export const warning = ref(false)

let last = 0

/** A sign of life. The countdown itself is ended only by its own button. */
export function stay(): void {
  last = performance.now()
  warning.value = false
}

export function useIdle(): void {
  let timer = 0
  const sign = (): void => {
    if (!warning.value) stay()
  }
  onMounted(() => {
    stay()
    SIGNS.forEach((name) => addEventListener(name, sign, { capture: true, passive: true }))
    timer = window.setInterval(tick, TICK)
  })
  onUnmounted(() => {
    SIGNS.forEach((name) => removeEventListener(name, sign, { capture: true }))
    clearInterval(timer)
  })
}

function tick(): void {
  const page = terminal.page
  if (!page || page.step === 'welcome') return rest(page !== null)
  const left = terminal.idle + terminal.countdown - (performance.now() - last) / 1000
  remaining.value = Math.max(0, Math.ceil(left))
  warning.value = left <= terminal.countdown
  if (left > 0) return
  stay()
  void leave()
}

/** On the first page there is nothing to wipe but the language and the size somebody chose. */
function rest(shown: boolean): void {
  remaining.value = null
  warning.value = false
  if (shown && performance.now() - last > terminal.idle * 1000) {
    stay()
    resetManner()
  }
}
