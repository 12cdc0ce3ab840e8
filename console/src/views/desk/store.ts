/** What the desk knows: one store for the desk page, the offer bar and the rail. The server's word is always taken over ours. */

import { computed, reactive, ref } from 'vue'

import type { CitationRef, Desk, DeskContact, Message } from '@/api/types'
import type { LiveStatus } from '@/lib/live'
import { mergeContact, mergeMessages } from '@/lib/merge'

/** A reply on its way, or one that did not arrive. */
export interface Pending {
  client_id: string
  text: string
  citations: CitationRef[]
  failed: string
}

export interface Quote extends CitationRef {
  title: string
  label: string
}

export interface Draft {
  text: string
  quotes: Quote[]
}

export type RightTab = 'suggest' | 'search' | 'similar' | 'history' | 'station' | 'ticket'
export type Dock = 'reply' | 'transfer' | 'wrap'

interface DeskStore {
  desk: Desk | null
  contacts: DeskContact[]
  activeId: string | null
  error: string
  alerts: Record<string, string>
}

export const store = reactive<DeskStore>({ desk: null, contacts: [], activeId: null, error: '', alerts: {} })
export const liveStatus = ref<LiveStatus>('connecting')
export const rightTab = ref<RightTab>('suggest')
export const dock = ref<Dock>('reply')
/** Said once to screen readers. */
export const announcement = ref('')

const pending = reactive(new Map<string, Pending[]>())
const readTo = reactive(new Map<string, number>())
const drafts = reactive(new Map<string, Draft>())

export const active = computed(() => store.contacts.find((one) => one.id === store.activeId) ?? null)
export const ringing = computed(() => store.contacts.filter((one) => one.state === 'ringing'))
export const pendingOf = (id: string): Pending[] => pending.get(id) ?? []

const lastSeq = (contact: DeskContact): number => contact.messages.at(-1)?.seq ?? 0

export function unread(contact: DeskContact): number {
  if (contact.state === 'ringing') return 0
  const seen = readTo.get(contact.id) ?? 0
  return contact.messages.filter((one) => one.author === 'citizen' && one.seq > seen).length
}

export const unreadTotal = computed(() => store.contacts.reduce((sum, one) => sum + unread(one), 0))

export function markRead(id: string): void {
  const contact = store.contacts.find((one) => one.id === id)
  if (contact) readTo.set(id, lastSeq(contact))
}

// What comes from the server ---------------------------------------------------------------------

export function takeDesk(told: Desk): void {
  const known = new Map(store.contacts.map((one) => [one.id, one]))
  hear(known, told.contacts)
  store.desk = told
  store.error = ''
  store.contacts = told.contacts.map((one) => mergeContact(known.get(one.id), one))
  for (const contact of store.contacts) {
    if (!known.has(contact.id)) readTo.set(contact.id, lastSeq(contact))
    settle(contact)
  }
  chooseActive()
  if (store.activeId && document.visibilityState === 'visible') markRead(store.activeId)
}

/** What is new in this view of the desk, said once to screen readers. The stream tells whole desks, so it is found by comparing. */
function hear(known: Map<string, DeskContact>, told: DeskContact[]): void {
  for (const contact of told) {
    const before = known.get(contact.id)
    if (!before) {
      if (contact.state === 'ringing') announcement.value = `新的会话：${contact.line.name}，按 F2 接听`
      continue
    }
    const seen = lastSeq(before)
    const fresh = contact.messages.filter((one) => one.author === 'citizen' && one.seq > seen)
    const last = fresh[fresh.length - 1]
    if (!last) continue
    announcement.value = contact.id === store.activeId ? `来电人说：${last.text}` : `另一位来电人说：${last.text}`
  }
  const now = new Set(told.map((one) => one.id))
  for (const contact of known.values()) {
    if (!now.has(contact.id) && contact.state === 'ringing') announcement.value = '来的会话已转给别人或已离开'
  }
}

export function takeContact(told: DeskContact): void {
  const index = store.contacts.findIndex((one) => one.id === told.id)
  const known = store.contacts[index]
  const merged = mergeContact(known, told)
  if (known) store.contacts[index] = merged
  else {
    store.contacts.push(merged)
    readTo.set(merged.id, lastSeq(merged))
  }
  settle(merged)
  chooseActive()
}

export function takeMessage(id: string, message: Message): void {
  const contact = store.contacts.find((one) => one.id === id)
  if (!contact) return
  contact.messages = mergeMessages(contact.messages, [message])
  settle(contact)
  if (id === store.activeId && document.visibilityState === 'visible') markRead(id)
  if (message.author === 'citizen') announcement.value = `来电人说：${message.text}`
}

export function dropContact(id: string): void {
  store.contacts = store.contacts.filter((one) => one.id !== id)
  delete store.alerts[id]
  chooseActive()
}

/** Replies that the server has are no longer on their way. */
function settle(contact: DeskContact): void {
  const waiting = pending.get(contact.id)
  if (!waiting) return
  const arrived = new Set(contact.messages.map((one) => one.client_id))
  pending.set(contact.id, waiting.filter((one) => !arrived.has(one.client_id)))
}

/** Someone is always in front as long as there is anyone; who rings comes forward only when nobody is being served. */
function chooseActive(): void {
  if (store.contacts.some((one) => one.id === store.activeId)) return
  const next = store.contacts.find((one) => one.state === 'active') ?? store.contacts[0]
  setActive(next?.id ?? null)
}

export function setActive(id: string | null): void {
  if (store.activeId !== id) {
    store.activeId = id
    if (rightTab.value === 'ticket') rightTab.value = 'suggest'
  }
  const contact = store.contacts.find((one) => one.id === id)
  dock.value = contact?.state === 'wrap_up' ? 'wrap' : 'reply'
  if (id) markRead(id)
}

// Replies on their way ---------------------------------------------------------------------------

export function addPending(id: string, one: Pending): void {
  pending.set(id, [...pendingOf(id), one])
}

export function failPending(id: string, clientId: string, why: string): void {
  pending.set(id, pendingOf(id).map((one) => (one.client_id === clientId ? { ...one, failed: why } : one)))
}

export function removePending(id: string, clientId: string): void {
  pending.set(id, pendingOf(id).filter((one) => one.client_id !== clientId))
}

// Drafts: nothing typed is lost by a switch of contact or a reload --------------------------------

const draftKey = (id: string): string => `ms-draft:${id}`

export function draftOf(id: string): Draft {
  const known = drafts.get(id)
  if (known) return known
  let draft: Draft = { text: '', quotes: [] }
  try {
    const kept = sessionStorage.getItem(draftKey(id))
    if (kept) draft = JSON.parse(kept) as Draft
  } catch {
    // A draft that cannot be read is no draft.
  }
  drafts.set(id, draft)
  return drafts.get(id) ?? draft
}

export function keepDraft(id: string, draft: Draft): void {
  drafts.set(id, draft)
  if (draft.text || draft.quotes.length) sessionStorage.setItem(draftKey(id), JSON.stringify(draft))
  else sessionStorage.removeItem(draftKey(id))
}

/** Puts words into the reply that is being written, with what they rest on. */
export function insertIntoReply(id: string, text: string, quotes: Quote[]): void {
  const draft = draftOf(id)
  const joined = draft.text.trim() ? `${draft.text.trimEnd()}\n${text}` : text
  const fresh = quotes.filter((one) => !draft.quotes.some((had) => had.entry_id === one.entry_id && had.clause_id === one.clause_id))
  keepDraft(id, { text: joined, quotes: [...draft.quotes, ...fresh] })
  dock.value = 'reply'
}

export function clearDesk(): void {
  Object.assign(store, { desk: null, contacts: [], activeId: null, error: '', alerts: {} })
  pending.clear()
  readTo.clear()
  drafts.clear()
}
