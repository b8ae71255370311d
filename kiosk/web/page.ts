/** What the server says a page is: kiosk/page.py as JSON. */

export interface Name {
  zh: string
  en: string
}

export interface Text {
  key: string
  facts: Record<string, number | string | Text | Name>
}

export type Phrase = Text | Name

export interface Option {
  code: string
  label: Phrase
  detail: Phrase | null
  apart: boolean
}

export interface Field {
  name: string
  kind: 'choice' | 'choices' | 'phone' | 'date' | 'number' | 'text'
  label: Phrase
  keyboard: 'none' | 'digits' | 'decimal' | 'letters' | 'all'
  options: Option[]
  most: number
  unit: string
  hint: Phrase | null
  value: string | string[]
  at_once: boolean
}

export interface Action {
  name: string
  label: Phrase
  look: 'primary' | 'secondary' | 'quiet' | 'bar'
}

export interface Line {
  label: Phrase
  value: Phrase
  change: string
}

export interface Mark {
  code: string
  name: Name
}

export interface Appointment {
  time: string
  day: Phrase
  standing: Phrase
  late: boolean
  lines: Line[]
  door: Mark | null
}

export interface Ticket {
  number: string
  about: Phrase[]
  door: Mark | null
  waiting: boolean
  ahead: Phrase | null
  reasons: Phrase[]
  wait: Phrase | null
  qr: string
  scan: Phrase
  scan_detail: Phrase
  notice: Phrase | null
  notice_detail: Phrase | null
  trouble: boolean
  advice: Phrase
}

export interface Page {
  id: string
  step: string
  title: Phrase
  lead: Phrase | null
  fields: Field[]
  actions: Action[]
  back: boolean
  scan: boolean
  progress: [number, number] | null
  lines: Line[]
  note: Phrase | null
  appointment: Appointment | null
  ticket: Ticket | null
}

export interface Problem {
  code: string
  facts: Record<string, number | string>
}

/** The answer of every door of the terminal. Times are in seconds; `look_in` says when to look at the page again. */
export interface Turn {
  talk: string
  page: Page
  problem: Problem | null
  idle: number
  countdown: number
  look_in: number | null
  clinic: Name
  device: string
  language: string
}
