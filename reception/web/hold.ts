/** Keeps the order of rows still while somebody types, drags or aims at a button. */

import { computed, reactive, ref } from 'vue'

const AIMING_ENDS = 400
const RESTING_AFTER = 5_000

const reasons = reactive(new Set<string>())

export const held = computed(() => reasons.size > 0)

/** Something is open or half written, which a reload would lose. */
export const occupied = ref(false)

export function hold(reason: string): void {
  reasons.add(reason)
}

export function release(reason: string): void {
  reasons.delete(reason)
}

let aiming: ReturnType<typeof setTimeout> | undefined

/**
 * For `pointermove` over the queues: a pointer that moves over something pressable is aiming.
 * One that rests there for 5 s is not, or a forgotten mouse would stop the queue.
 */
export function watchAim(event: PointerEvent): void {
  if (event.pointerType === 'touch') return
  const target = event.target instanceof Element ? event.target.closest('button, a, input, [data-pressable]') : null
  clearTimeout(aiming)
  if (target) hold('aim')
  if (reasons.has('aim')) aiming = setTimeout(() => release('aim'), target ? RESTING_AFTER : AIMING_ENDS)
}

/** For `pointerleave`, and for `click`: whoever has pressed aims no more. */
export function stopAiming(): void {
  clearTimeout(aiming)
  release('aim')
}
