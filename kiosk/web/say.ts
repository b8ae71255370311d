/** How the terminal speaks now: language, size, contrast; all back to the clinic's own after each patient. */

import { computed, reactive, watchEffect } from 'vue'
import { LANGUAGES, named, text, type Language } from '../../web/words'
import type { Name, Phrase, Text } from './page'

export const manner = reactive({ language: 'zh-CN' as string, elder: false, contrast: false })

/** The languages to choose from, each by its own name. */
export const languages = computed(() =>
  LANGUAGES.map((language) => ({
    language,
    name: text(language, 'kiosk.own_name'),
    on: manner.language === language,
    choose: () => (manner.language = language),
  })),
)

let usual = 'zh-CN'

watchEffect(() => {
  const root = document.documentElement
  root.lang = manner.language
  root.toggleAttribute('data-elder', manner.elder)
  root.dataset.contrast = manner.contrast ? 'high' : 'normal'
})

/** The device's own language, which every patient begins with. */
export function useLanguage(language: string): void {
  if (language === usual) return
  usual = language
  manner.language = language
}

export function resetManner(): void {
  Object.assign(manner, { language: usual, elder: false, contrast: false })
}

export function switchLanguage(): void {
  manner.language = otherLanguage()
}

export function otherLanguage(): Language {
  return manner.language === 'en' ? 'zh-CN' : 'en'
}

/** Words by key, in the language of now. */
export function say(key: string, facts: Record<string, unknown> = {}): string {
  return text(manner.language, key, facts)
}

export function chinese(key: string): string {
  return text('zh-CN', key)
}

export function english(key: string): string {
  return text('en', key)
}

/** The same in the other language: what stands small below on bilingual buttons. */
export function sayOther(key: string): string {
  return text(otherLanguage(), key)
}

/** A phrase of the server in the language of now. */
export function phrase(value: Phrase | null, language: string = manner.language): string {
  if (value === null) return ''
  return isText(value) ? text(language, value.key, spoken(value.facts ?? {}, language)) : named(value, language)
}

function spoken(facts: NonNullable<Text['facts']>, language: string): Record<string, number | string> {
  const pairs = Object.entries(facts).map(([name, fact]) => [name, typeof fact === 'object' ? phrase(fact, language) : fact])
  return Object.fromEntries(pairs) as Record<string, number | string>
}

function isText(value: Text | Name): value is Text {
  return 'key' in value
}
