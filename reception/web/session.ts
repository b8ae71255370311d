/** Who is signed in at this desk, and when it locks itself. */

import { computed, ref, watch } from 'vue'
import { get, HttpError, post } from '../../web/http'
import { forgetActions } from './act'
import { maskNames } from './names'
import { language } from './say'
import { startWatching, stopWatching } from './store'
import type { Me } from './types'

export type Stage = 'unknown' | 'signed_out' | 'locked' | 'open'

export const me = ref<Me | null>(null)
export const stage = ref<Stage>('unknown')
/** A colleague signs in at this desk too. */
export const adding = ref(false)
export const colleagues = computed(() => me.value?.desk ?? [])

export async function findOut(): Promise<void> {
  try {
    enter(await get<Me>('/api/staff/me'))
  } catch (error) {
    leave(error)
  }
}

export async function signIn(login: string, password: string): Promise<void> {
  enter(await post<Me>('/api/staff/sign-in', { login, password }))
  adding.value = false
}

export async function switchTo(staff_id: number, pin: string): Promise<void> {
  enter(await asPerson('/api/staff/switch', { staff_id, pin }))
}

export async function unlock(pin: string): Promise<void> {
  enter(await asPerson('/api/staff/unlock', { pin }))
}

/** The last wrong PIN signs the desk out. */
async function asPerson(url: string, body: object): Promise<Me> {
  try {
    return await post<Me>(url, body)
  } catch (error) {
    if (error instanceof HttpError && error.code === 'signed_out') leave(error)
    throw error
  }
}

export async function signOut(): Promise<void> {
  hide('signed_out')
  me.value = null
  await post('/api/staff/sign-out').catch(() => undefined)
}

/** Hides everything at once, whether or not the server hears of it. */
export async function lock(): Promise<void> {
  hide('locked')
  await post('/api/staff/lock').catch(() => undefined)
}

function enter(person: Me): void {
  const other = me.value?.id !== person.id
  me.value = person
  told = Date.now()
  if (person.locked) return hide('locked')
  if (other) forgetActions()
  maskNames()
  stage.value = 'open'
  startWatching(leave)
  stayAwake()
}

watch(language, () => stage.value === 'open' && startWatching(leave))

function leave(error: unknown): void {
  if (!(error instanceof HttpError)) throw error
  if (error.code === 'locked') return hide('locked')
  if (error.status === 401) {
    hide('signed_out')
    me.value = null
  } else if (error.away) {
    setTimeout(() => void findOut(), 2_000)
  }
}

function hide(next: Stage): void {
  clearTimeout(idle)
  stopWatching()
  forgetActions()
  maskNames()
  stage.value = next
}

let idle: ReturnType<typeof setTimeout> | undefined
let told = 0

const TELL_EVERY = 30_000

/** Somebody is here. Without a key or a pointer for the set minutes the console locks itself; the server does, too. */
function stayAwake(): void {
  clearTimeout(idle)
  if (stage.value !== 'open' || !me.value) return
  idle = setTimeout(() => void lock(), me.value.idle_minutes * 60_000)
  if (Date.now() - told < TELL_EVERY) return
  told = Date.now()
  post('/api/staff/here').catch(leave)
}

for (const sign of ['pointerdown', 'pointermove', 'keydown', 'wheel']) {
  addEventListener(sign, stayAwake, { passive: true })
}
