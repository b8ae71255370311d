/** The pages of the console, and which of them this person has. */

import { computed, ref, watch } from 'vue'
import { closeAll } from './ask'
import { me } from './session'
import { picture } from './store'

export type Page = 'queues' | 'room' | 'devices' | 'sheets'

export const page = ref<Page>('queues')
export const cardsOpen = ref(false)
export const registering = ref<{ patient: number; name: string; masked: string } | 'new' | null>(null)

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
