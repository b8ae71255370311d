/** Tells a keyboard-wedge scanner from a person: it types faster than anybody can. */

import { onMounted, onUnmounted } from 'vue'

/** A scanner needs 8 to 16 ms per character, people more than 80 (field reports); what counts is the mean. */
const FASTEST_PERSON = 50
const SHORTEST = 6
/** A longer pause between two keys begins anew: what was typed by hand before a scan is no part of it. */
const PAUSE = 100
/** Some scanners send no end key: then silence ends the scan. Long enough for a machine that is busy. */
const SILENCE = 250
const END_KEYS = ['Enter', 'Tab']

export interface Scanner {
  /** A whole scan, whatever it is. */
  read: (text: string) => void
  /** Remembers what the fields hold before a burst; the result puts it back, so that a scan leaks into none. */
  remember: () => () => void
}

/** Listens to every key of the page, before any field does. */
export function useScanner(scanner: Scanner): void {
  let typed = ''
  let first = 0
  let last = 0
  let restore: (() => void) | null = null
  let timer = 0

  function hear(event: KeyboardEvent): void {
    if (event.repeat || event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return
    if (event.timeStamp - last > PAUSE) forget()
    if (END_KEYS.includes(event.key)) end(event)
    else if (event.key.length === 1) add(event)
  }

  function add(event: KeyboardEvent): void {
    // A burst on a button must not press it: a blank would.
    if (typed && !(event.target instanceof HTMLInputElement)) event.preventDefault()
    restore ??= scanner.remember()
    first = typed ? first : event.timeStamp
    last = event.timeStamp
    typed += event.key
    clearTimeout(timer)
    timer = window.setTimeout(finish, SILENCE)
  }

  function end(event: KeyboardEvent): void {
    if (isScan()) {
      event.preventDefault()
      event.stopPropagation()
    }
    finish()
  }

  function isScan(): boolean {
    return typed.length >= SHORTEST && (last - first) / (typed.length - 1) <= FASTEST_PERSON
  }

  function finish(): void {
    const [text, back] = isScan() ? [typed, restore] : ['', null]
    forget()
    back?.()
    if (text) scanner.read(text)
  }

  function forget(): void {
    clearTimeout(timer)
    typed = ''
    restore = null
  }

  onMounted(() => addEventListener('keydown', hear, { capture: true }))
  onUnmounted(() => {
    forget()
    removeEventListener('keydown', hear, { capture: true })
  })
}
