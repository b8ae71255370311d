/** The icon of each fact in a visit's history. */

import bell from '@phosphor-icons/core/assets/bold/bell-bold.svg?raw'
import bend from '@phosphor-icons/core/assets/bold/arrow-bend-up-left-bold.svg?raw'
import card from '@phosphor-icons/core/assets/bold/identification-card-bold.svg?raw'
import check from '@phosphor-icons/core/assets/bold/check-bold.svg?raw'
import cross from '@phosphor-icons/core/assets/bold/x-bold.svg?raw'
import dot from '@phosphor-icons/core/assets/bold/dot-outline-bold.svg?raw'
import form from '@phosphor-icons/core/assets/bold/clipboard-text-bold.svg?raw'
import hand from '@phosphor-icons/core/assets/fill/hand-pointing-fill.svg?raw'
import pause from '@phosphor-icons/core/assets/bold/pause-bold.svg?raw'
import printer from '@phosphor-icons/core/assets/bold/printer-bold.svg?raw'
import swap from '@phosphor-icons/core/assets/bold/arrows-left-right-bold.svg?raw'
import ticket from '@phosphor-icons/core/assets/fill/ticket-fill.svg?raw'
import undo from '@phosphor-icons/core/assets/bold/arrow-counter-clockwise-bold.svg?raw'
import chair from '../parts/chair.svg?raw'

const ICONS: Record<string, string> = {
  checked_in: ticket,
  called: bell,
  called_again: bell,
  identity_checked: card,
  seated: chair,
  waiting_in_chair: chair,
  missed: bend,
  step_out_expired: bend,
  returned: bend,
  put_on_hold: pause,
  transferred: swap,
  sent_to_imaging: swap,
  returned_from_imaging: swap,
  moved: hand,
  unpinned: hand,
  finished: check,
  cancelled: cross,
  closed_by_system: cross,
  form_filled: form,
  undone: undo,
  printed: printer,
  not_printed: printer,
  print_unknown: printer,
  reprint_asked: printer,
}

export function iconOfFact(fact: string): string {
  return ICONS[fact] ?? dot
}
