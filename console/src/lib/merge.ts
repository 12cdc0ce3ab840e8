/** Keeping a transcript whole while messages arrive by stream, by answer and by re-reading. */

import type { DeskContact, Message } from '@/api/types'

/** Both lists as one, each sequence number once, in order. The newer list wins where both have a message. */
export function mergeMessages(older: readonly Message[], newer: readonly Message[]): Message[] {
  const bySeq = new Map<number, Message>()
  for (const message of older) bySeq.set(message.seq, message)
  for (const message of newer) bySeq.set(message.seq, message)
  return [...bySeq.values()].sort((a, b) => a.seq - b.seq)
}

/** A contact as the server tells it now, without losing messages that came by stream meanwhile. */
export function mergeContact(known: DeskContact | undefined, told: DeskContact): DeskContact {
  return known ? { ...told, messages: mergeMessages(known.messages, told.messages ?? []) } : { ...told, messages: told.messages ?? [] }
}

/** Since when the citizen waits for a word of ours; null when the last word is ours. */
export function waitingSince(messages: readonly Message[]): number | null {
  let since: number | null = null
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index]
    if (!message || message.author === 'agent' || message.author === 'bot') break
    // What the system said last, 座席已接入, is when the wait for a person's first word began.
    if (message.author === 'system') return since ?? message.at_us
    since = message.at_us
  }
  return since
}

export const lastCitizenWords = (messages: readonly Message[]): string => {
  for (let index = messages.length - 1; index >= 0; index -= 1) {
    const message = messages[index]
    if (message?.author === 'citizen' && message.text) return message.text
  }
  return ''
}
