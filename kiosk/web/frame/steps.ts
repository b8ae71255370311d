/** Finds the drawing of a step by its folder's name. */

import type { Component } from 'vue'

const files = import.meta.glob<Component>('../../steps/*/Step.vue', { eager: true, import: 'default' })

export function drawn(step: string): Component {
  const file = files[`../../steps/${step}/Step.vue`]
  if (!file) throw new Error(`no drawing of step ${step}`)
  return file
}
