/** The pages of the console, and which of them this person has. */

import { computed, ref, watch } from 'vue'
import { closeAll } from './ask'
import { me } from './session'
import { picture } from './store'
import type { Holder } from './types'

export type Page = 'queues' | 'room' | 'devices' | 'sheets'

export const page = ref<Page>('queues')
export const cardsOpen = ref(false)

/** Who gets a number: somebody known, or somebody new. */
export type Registering = { patient: number; name: string; masked: string } | { holder: Holder | null }

export const registering = ref<Registering | null>(null)

export function registerNew(holder: Holder | null = null): void {
  registering.value = { holder }
}

export const pages = computed<Page[]>(() => {
  const tasks = picture.value?.tasks ?? []
  const seen: Page[] = tasks.includes('see-patients') ? ['queues', 'room'] : []
  // Whose place is a room begins there.
  if (me.value?.room) seen.reverse()
  if (tasks.includes('devices')) seen.push('devices')
  if (tasks.includes('sheets')) seen.push('sheets')
  return seen
})

watch(pages, (now, before) => {
  const first = now[0]
  const fresh = !before?.length || !now.includes(page.value)
  if (first && fresh) page.value = first
})

watch([page, () => me.value?.id], () => {
  closeAll()
  registering.value = null
})
