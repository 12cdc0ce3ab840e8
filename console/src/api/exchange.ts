/** The exchange with other systems: docs/exchange.md. */

import { call } from './http'

export interface Partner {
  kind: 'platform' | 'webhook' | 'open311'
  name: string
  address: string
  passes: string
}

export interface ExchangeOverview {
  peer: string
  pushes: string
  partners: Partner[]
  open311: boolean
  waiting: number
  oldest_us: number | null
  letters: number
  messages: Record<string, number>
}

/** What an outbox row or a letter refers to, as JSON in `payload`. */
export interface Referring {
  topic: string
  payload: string
}

export interface WaitingMessage extends Referring {
  seq: number
  key: string
  created_us: number
  attempts: number
  failure: string | null
}

export interface Letter extends Referring {
  id: number
  key: string
  failure: string
  attempts: number
  at_us: number
  state: 'open' | 'resent' | 'dropped'
  settled_by: string
  note: string
  settled_us: number | null
}

export interface Difference {
  entry: { direction: 'in' | 'out'; id: string; kind: string; number: string; at_us: number }
  words: string
}

export interface Reconciliation {
  day: string
  peer: string
  ours: number
  theirs: number
  same: number
  differences: Difference[]
}

export const exchange = {
  overview: () => call<ExchangeOverview>('GET', '/exchange'),
  waiting: () => call<WaitingMessage[]>('GET', '/exchange/waiting'),
  letters: (state: string) => call<Letter[]>('GET', '/exchange/letters', { query: { state } }),
  resend: (id: number) => call<void>('POST', `/exchange/letters/${id}/resend`),
  resendAll: () => call<{ count: number }>('POST', '/exchange/letters/resend'),
  drop: (id: number, note: string) => call<void>('POST', `/exchange/letters/${id}/drop`, { body: { note } }),
  reconcile: (day: string) => call<Reconciliation>('GET', '/exchange/reconciliation', { query: { day } }),
}
