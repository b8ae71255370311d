/** The values the server sends, as `reception/view.py` and its neighbours define them. */

export interface Name {
  zh: string
  en: string
}

export type State =
  | 'waiting'
  | 'called'
  | 'at_room'
  | 'seated'
  | 'waiting_in_chair'
  | 'on_hold'
  | 'stepped_out'
  | 'missed'
  | 'finished'
  | 'cancelled'

export type Verb =
  | 'call'
  | 'call-again'
  | 'at-room'
  | 'identity'
  | 'seat'
  | 'wait-in-chair'
  | 'imaging'
  | 'images-ready'
  | 'finish'
  | 'no-show'
  | 'hold'
  | 'return'
  | 'step-out'
  | 'move'
  | 'unpin'
  | 'transfer'
  | 'triage'
  | 'priority'
  | 'form'
  | 'reprint'
  | 'cancel'

export type Task =
  | 'see-patients'
  | 'call-next'
  | 'find'
  | 'check-in'
  | 'register'
  | 'undo'
  | 'cards'
  | 'sheets'
  | 'devices'

export interface Badge {
  code: string
  n: number
}

export interface Flag {
  id: string
  severity: 'stop' | 'caution' | 'info'
  message: Name | null
}

export interface Why {
  code: string
  at: string | null
}

export interface Wait {
  low: number
  high: number
  basis: string
  capped: boolean
}

export interface Row {
  visit: number
  ticket: string
  state: State
  queue: number
  since: string
  minutes: number
  position: number | null
  why: Why | null
  name: string
  masked: string
  minor: boolean
  sex: string
  age: number | null
  birth_date: string | null
  phone_tail: string
  document_tail: string
  service: Name
  planned: number
  first_visit: boolean
  slot: string | null
  arrived_at: string
  waited: number
  wait: Wait | null
  over: number | null
  badges: Badge[]
  flags: Flag[]
  needs: ('form' | 'identity')[]
  identity_checked: boolean
  room: number | null
  chair: number | null
  calls: number
  called_at: string | null
  called_by: string
  seated_at: string | null
  missed: number
  out_until: string | null
  from_queue: Name | null
  priority: string | null
  triage: number
  verbs: Verb[]
}

export interface Seat {
  id: number
  code: string
  row: Row | null
}

export interface NextUp {
  visit: number
  ticket: string
  name: string
  masked: string
  why: Why
  skipped: string
}

export interface RoomLine {
  id: number
  code: string
  name: Name
  dentist: Name | null
  practitioner: number | null
  queues: number[]
  chairs: Seat[]
  called: Row[]
  next: NextUp | null
}

export interface Offer {
  id: number
  name: Name
  walk_in: boolean
}

export interface Column {
  queue: number
  code: string
  name: Name
  dentist: Name | null
  services: Offer[]
  rooms: number[]
  rows: Row[]
  aside: Row[]
  at_imaging: Row[]
}

export interface Card {
  id: string
  kind: string
  tone: 'stop' | 'call' | 'warn' | 'info'
  since: string
  facts: Record<string, unknown>
  alert: number | null
  visit: number | null
  does: ('take' | 'triage' | 'keep' | 'reprint')[]
}

export interface Choices {
  move: string[]
  priority: string[]
  triage: number[]
  identifiers: ('name' | 'birth_date' | 'phone' | 'document')[]
  cancel: string[]
  reprint: string[]
  step_out: number[]
  undo: Verb[]
}

export interface Console {
  clinic: Name
  time_zone: string
  staff: Record<string, string>
  tasks: Task[]
  columns: Column[]
  rooms: RoomLine[]
  services: Offer[]
  totals: { arrived: number; finished: number; waiting: number } | null
  cards: Card[]
  choices: Choices
}

export interface Event {
  rev: number
  at: string
  who: string
  fact: string
  what: string
  note: string
  undone: boolean
}

export interface Details {
  row: Row
  history: Event[]
  undo: Event | null
}

export interface Choice {
  code: string
  text: Name
  exclusive: boolean
}

export interface Question {
  link_id: string
  type: 'display' | 'boolean' | 'choice' | 'integer' | 'decimal' | 'date' | 'string' | 'text' | 'attachment'
  text: Name
  required: boolean
  repeats: boolean
  confidential: boolean
  options: Choice[]
  max_length: number
  minimum: number | null
  maximum: number | null
  unit: string | null
}

export type Answer = boolean | number | string | string[]

export interface Interview {
  questionnaire: string
  version: string
  title: Name
  groups: { link_id: string; title: Name; questions: Question[] }[]
  answers: Record<string, Answer>
  missing: Record<string, string>
}
