/** The words of this console in the language its person chose, and values as people read them. */

import { ref, watchEffect } from 'vue'
import { hasText, LANGUAGES, named, text, type Language } from '../../web/words'
import type { Name, Why } from './types'

const KEPT = 'nextchair.language'

export const language = ref<Language>(kept())

watchEffect(() => {
  localStorage.setItem(KEPT, language.value)
  document.documentElement.lang = language.value
})

function kept(): Language {
  const value = localStorage.getItem(KEPT)
  return LANGUAGES.find((each) => each === value) ?? LANGUAGES[0]
}

export function switchLanguage(): void {
  language.value = language.value === 'en' ? 'zh-CN' : 'en'
}

export function say(key: string, facts: Record<string, unknown> = {}): string {
  return text(language.value, key, facts)
}

export function knows(key: string): boolean {
  return hasText(language.value, key)
}

export function nameOf(name: Name): string {
  return named(name, language.value)
}

/** The clock time of a moment. The server writes it in the clinic's own zone, whatever zone this browser is in. */
export function timeOf(moment: string): string {
  return moment.slice(11, 16)
}

/** Why somebody stands where they stand. */
export function reasonOf(why: Why): string {
  return say(`clinic.reason.${why.code}`, { at: why.at ? timeOf(why.at) : '' })
}

/** Several things in one sentence. */
export function listOf(items: string[]): string {
  return items.join(say('reception.comma'))
}
