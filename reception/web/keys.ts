/** The keys of the console: one letter each, never while somebody types or is in a panel. */

import { undoLast } from './act'
import { asked, moving } from './ask'

export type Keys = Record<string, (event: KeyboardEvent) => void>

/**
 * Calls what a key stands for; `Alt+ArrowUp` and the like are written as here.
 * The keys of a page are for its main part: in a drawer or a panel a letter does nothing.
 */
export function listen(keys: Keys, everywhere = false): () => void {
  const heard = (event: KeyboardEvent): void => {
    if (event.defaultPrevented || event.isComposing || isTyping(event) || asked.value || moving.value) return
    if (!everywhere && !isOnPage(event)) return
    const action = keys[nameOf(event)]
    if (!action) return
    event.preventDefault()
    action(event)
  }
  addEventListener('keydown', heard)
  return () => removeEventListener('keydown', heard)
}

function nameOf(event: KeyboardEvent): string {
  const key = event.key.length === 1 ? event.key.toLowerCase() : event.key
  const held = [event.ctrlKey || event.metaKey ? 'Ctrl' : '', event.altKey ? 'Alt' : ''].filter(Boolean)
  return [...held, key].join('+')
}

function isOnPage(event: KeyboardEvent): boolean {
  return event.target === document.body || (event.target instanceof Element && event.target.closest('main') !== null)
}

function isTyping(event: KeyboardEvent): boolean {
  const field = event.target instanceof Element ? event.target.closest('input, textarea, select, [contenteditable]') : null
  return field !== null && !(field instanceof HTMLInputElement && ['checkbox', 'radio'].includes(field.type))
}

export const EVERYWHERE: Keys = { 'Ctrl+z': undoLast }
