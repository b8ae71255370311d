/** The values the server sends, by the names that `reception/*.py` gives them. */

import type { components } from '../../web/api'

type Schemas = components['schemas']

export type Console = Schemas['ConsolePicture.Console']
export type Column = Schemas['ConsolePicture.Column']
export type RoomLine = Schemas['ConsolePicture.RoomLine']
export type Row = Schemas['ConsolePicture.Row']
export type Badge = Schemas['ConsolePicture.Badge']
export type Why = Schemas['ConsolePicture.Why']
export type Card = Schemas['ConsolePicture.Card']
export type Verb = Schemas['ConsolePicture.Verb']
export type Name = Schemas['ConsolePicture.Name']

export type Details = Schemas['DetailsOut.Details']
export type Interview = Schemas['InterviewOut.Interview']
export type Question = Schemas['InterviewOut.Question']
export type Choice = Schemas['InterviewOut.Choice']
export type Answer = Interview['answers'][string]

export type Candidates = Schemas['Candidates']
export type Candidate = Schemas['Candidates.Candidate']
export type Holder = Schemas['Candidates.Holder']
export type NumberGiven = Schemas['NumberGiven']
export type Called = Schemas['Called']
export type Changed = Schemas['Changed']

export type DeviceList = Schemas['DeviceList']
export type Device = Schemas['DeviceList.DeviceRow']
export type SheetList = Schemas['SheetList']

export type Me = Schemas['Me']
export type Colleague = Schemas['Me.Colleague']
