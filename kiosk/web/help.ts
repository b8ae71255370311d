/** Whether somebody is coming: the call stands on the console until a person takes it. */

import { terminal } from './terminal'

const SHOWN = 30_000

/** The live picture names the terminals whose call is still open. */
export function hear(open: string[]): void {
  const mine = open.includes(terminal.device)
  if (mine) terminal.help = 'asked'
  else if (terminal.help === 'asked') taken()
}

function taken(): void {
  terminal.help = 'coming'
  setTimeout(() => {
    if (terminal.help === 'coming') terminal.help = 'no'
  }, SHOWN)
}
