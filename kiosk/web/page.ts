/** The values the server sends, by the names that kiosk/page.py gives them. */

import type { components } from '../../web/api'

type Schemas = components['schemas']

/** The answer of every door of the terminal. Times are in seconds; `look_in` says when to look at the page again. */
export type Turn = Schemas['Turn']
export type Page = Schemas['Turn.Page']
export type Field = Schemas['Turn.Field']
export type Option = Schemas['Turn.Option']
export type Action = Schemas['Turn.Action']
export type Ticket = Schemas['Turn.Ticket']
export type Problem = Schemas['Turn.TerminalProblem']
export type Text = Schemas['Turn.Text']
export type Name = Schemas['Turn.Name']
export type Phrase = Text | Name

export type Pairing = Schemas['PairingState']
export type WaitingRoom = KioskPicture['body']

type KioskPicture = Schemas['KioskPicture']
