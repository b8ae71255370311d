/** Words in every language, from the same catalogues as Python's `locales`. */

export const LANGUAGES = ['zh-CN', 'en'] as const
export type Language = (typeof LANGUAGES)[number]

type Catalogue = Record<string, string>

const files = import.meta.glob<Catalogue>('../locales/*/*.json', { eager: true, import: 'default' })

const catalogues = new Map<string, Catalogue>()
for (const [path, words] of Object.entries(files)) {
  const language = path.split('/').at(-2) ?? ''
  catalogues.set(language, { ...catalogues.get(language), ...words })
}

/** The text for a key; `{name}` placeholders are filled from `facts`, with an `n` by plural form (`key.one`, `key.other`). */
export function text(language: string, key: string, facts: Record<string, unknown> = {}): string {
  const catalogue = catalogueOf(language)
  const template = catalogue[key] ?? catalogue[pluralKey(language, key, facts['n'])] ?? key
  return template.replace(/\{(\w+)\}/g, (whole, name: string) => (name in facts ? String(facts[name]) : whole))
}

export function hasText(language: string, key: string): boolean {
  return key in catalogueOf(language)
}

/** One of a value's two names, as the clinic gave them. */
export function named(name: { zh: string; en: string }, language: string): string {
  return language === 'en' ? name.en || name.zh : name.zh
}

function catalogueOf(language: string): Catalogue {
  return catalogues.get(language) ?? catalogues.get(LANGUAGES[0]) ?? {}
}

function pluralKey(language: string, key: string, n: unknown): string {
  return `${key}.${language === 'en' && n === 1 ? 'one' : 'other'}`
}
