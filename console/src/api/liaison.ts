/** The liaison station: docs/liaison.md. */

import { call } from './http'
import type { Message, Micros, Ticket, TicketRow } from './types'

export interface Member {
  id: string
  staff: string
  name: string
  office: string
  place: string
  topics: string[]
  active: boolean
}

export interface Shift {
  id: string
  member: string
  from_us: Micros
  until_us: Micros
}

export interface Named {
  id: string
  name: string
}

export interface StationHours {
  from: number
  until: number
  days: number[]
}

export interface Roster {
  members: Member[]
  shifts: Shift[]
  hours: StationHours
  gaps: string[]
  accounts: Named[]
  places: Named[]
}

export interface Taken {
  added: number
  faults: { line: number; words: string }[]
}

export interface Join {
  id: string
  contact: string
  member: string
  topic: string
  state: 'asked' | 'joined' | 'declined' | 'left'
  asked_us: Micros
  joined_us: Micros | null
}

export interface Followed {
  follow: { ticket: string; topic: string; since_us: Micros; ended_us: Micros | null; in_time: boolean; satisfied: boolean }
  ticket: TicketRow
}

export interface StationHome {
  member: Member
  on_duty: Shift | null
  next: Shift[]
  joins: Join[]
  tickets: Followed[]
}

export interface Station {
  on_duty: Member[]
  asked: { member: Member; state: Join['state'] } | null
}

export interface Sums {
  name: string
  shifts: number
  minutes: number
  joined: number
  followed: number
  ended: number
  in_time: number
  satisfied: number
}

export interface StationFigures {
  members: Sums[]
  topics: Sums[]
}

const of = (id: string): string => encodeURIComponent(id)

export const liaison = {
  roster: (from_us: number, until_us: number) => call<Roster>('GET', '/liaison/roster', { query: { from_us, until_us } }),
  hours: (hours: StationHours) => call<void>('PUT', '/liaison/hours', { body: hours }),
  member: (member: Member) => call<void>('PUT', '/liaison/members', { body: member }),
  shifts: (table: string, try_only: boolean) => call<Taken>('POST', '/liaison/shifts', { body: { table, try_only } }),
  dropShift: (id: string) => call<void>('DELETE', `/liaison/shifts/${of(id)}`),
  figures: (from_us: number, until_us: number) => call<StationFigures>('GET', '/liaison/figures', { query: { from_us, until_us } }),
  home: () => call<StationHome>('GET', '/liaison/home'),
  station: (contact: string) => call<Station>('GET', `/desk/contacts/${of(contact)}/liaison`),
  ask: (contact: string, member: string) => call<Station>('POST', `/desk/contacts/${of(contact)}/liaison`, { body: { member } }),
  answer: (contact: string, comes: boolean) => call<void>('POST', `/liaison/contacts/${of(contact)}/answer`, { body: { comes } }),
  leave: (contact: string) => call<void>('POST', `/liaison/contacts/${of(contact)}/leave`),
  contact: (contact: string) => call<Message[]>('GET', `/liaison/contacts/${of(contact)}`),
  say: (contact: string, client_id: string, text: string) =>
    call<void>('POST', `/liaison/contacts/${of(contact)}/reply`, { body: { client_id, text } }),
  follower: (number: string) => call<{ member: Member | null; members: Member[] }>('GET', `/tickets/${of(number)}/liaison`),
  follow: (number: string, member: string) => call<void>('PUT', `/tickets/${of(number)}/liaison`, { body: { member } }),
  ticket: (number: string) => call<Ticket>('GET', `/liaison/tickets/${of(number)}`),
  step: (number: string, urge: boolean, words: string) => call<Ticket>('POST', `/liaison/tickets/${of(number)}/steps`, { body: { urge, words } }),
}
