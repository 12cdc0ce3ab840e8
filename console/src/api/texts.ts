/** Short messages to citizens: docs/notifier.md. */

import { call } from './http'

export interface Text {
  id: string
  ticket: string
  event: string
  shown: string
  words: string
  state: 'waiting' | 'sent' | 'failed'
  tries: number
  failure: string
  receipt: string
  created_us: number
  settled_us: number | null
}

export interface Texts {
  carrier: 'inbox' | 'http' | 'smpp'
  counts: Partial<Record<Text['state'], number>>
  rows: Text[]
}

export const texts = {
  list: (state: string) => call<Texts>('GET', '/texts', { query: { state } }),
  again: (id: string) => call<void>('POST', `/texts/${encodeURIComponent(id)}/again`),
}
