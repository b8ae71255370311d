/** The icon of each verb, and which verbs stand together. */

import again from '@phosphor-icons/core/assets/bold/repeat-bold.svg?raw'
import back from '@phosphor-icons/core/assets/bold/arrow-bend-up-left-bold.svg?raw'
import card from '@phosphor-icons/core/assets/bold/identification-card-bold.svg?raw'
import check from '@phosphor-icons/core/assets/bold/check-bold.svg?raw'
import cross from '@phosphor-icons/core/assets/bold/x-circle-bold.svg?raw'
import door from '@phosphor-icons/core/assets/bold/door-open-bold.svg?raw'
import form from '@phosphor-icons/core/assets/bold/clipboard-text-bold.svg?raw'
import ghost from '@phosphor-icons/core/assets/bold/user-minus-bold.svg?raw'
import hand from '@phosphor-icons/core/assets/bold/hand-pointing-bold.svg?raw'
import hourglass from '@phosphor-icons/core/assets/bold/hourglass-bold.svg?raw'
import image from '@phosphor-icons/core/assets/bold/image-bold.svg?raw'
import megaphone from '@phosphor-icons/core/assets/bold/megaphone-bold.svg?raw'
import pause from '@phosphor-icons/core/assets/bold/pause-bold.svg?raw'
import printer from '@phosphor-icons/core/assets/bold/printer-bold.svg?raw'
import pulse from '@phosphor-icons/core/assets/bold/heartbeat-bold.svg?raw'
import star from '@phosphor-icons/core/assets/bold/star-bold.svg?raw'
import swap from '@phosphor-icons/core/assets/bold/arrows-left-right-bold.svg?raw'
import undo from '@phosphor-icons/core/assets/bold/arrow-counter-clockwise-bold.svg?raw'
import walk from '@phosphor-icons/core/assets/bold/person-simple-walk-bold.svg?raw'
import chair from '../parts/chair.svg?raw'
import type { Verb } from '../types'

const ICONS: Record<Verb, string> = {
  call: megaphone,
  'call-again': again,
  'at-room': door,
  identity: card,
  seat: chair,
  'wait-in-chair': hourglass,
  imaging: image,
  'images-ready': back,
  finish: check,
  'no-show': ghost,
  hold: pause,
  return: back,
  'step-out': walk,
  move: hand,
  unpin: undo,
  transfer: swap,
  triage: pulse,
  priority: star,
  form,
  reprint: printer,
  cancel: cross,
}

export function iconOf(verb: Verb): string {
  return ICONS[verb]
}
