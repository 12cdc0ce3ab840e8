/** What an agent does at the desk. Each asks the server and takes its answer; none pretends that it has happened. */

import { ref } from 'vue'

import { desk as api } from '@/api'
import { errorWords } from '@/api/http'
import type { CitationRef, WrapUpForm } from '@/api/types'
import { newId } from '@/lib/uuid'

import { addPending, announcement, dock, dropContact, failPending, keepDraft, pendingOf, removePending, setActive, store, takeContact, takeDesk, takeMessage, type Pending } from './store'
import { resync } from './stream'

export const deskError = ref('')
export const busy = ref('')

async function act(name: string, action: () => Promise<void>): Promise<boolean> {
  if (busy.value) return false
  busy.value = name
  deskError.value = ''
  try {
    await action()
    return true
  } catch (cause) {
    deskError.value = errorWords(cause)
    void resync()
    return false
  } finally {
    busy.value = ''
  }
}

export const setState = (state: 'ready' | 'break' | 'offline', reason?: string): Promise<boolean> =>
  act('state', async () => takeDesk(await api.setState(state, reason)))

export const accept = (id: string): Promise<boolean> =>
  act('accept', async () => {
    takeContact(await api.accept(id))
    setActive(id)
    announcement.value = '已接听'
  })

export const decline = (id: string): Promise<boolean> =>
  act('decline', async () => {
    await api.decline(id)
    dropContact(id)
    await resync()
  })

export const transfer = (id: string, to: { to_queue?: string; to_agent?: string; note?: string }): Promise<boolean> =>
  act('transfer', async () => {
    await api.transfer(id, to)
    dropContact(id)
    announcement.value = '已转接'
    await resync()
  })

export const hangUp = (id: string): Promise<boolean> =>
  act('hang-up', async () => {
    takeContact(await api.hangUp(id))
    dock.value = 'wrap'
    announcement.value = '会话已结束，请填写小结'
  })

export const wrapUp = (id: string, form: WrapUpForm): Promise<boolean> =>
  act('wrap-up', async () => {
    await api.wrapUp(id, form)
    keepDraft(id, { text: '', quotes: [] })
    dropContact(id)
    announcement.value = '小结已保存'
    await resync()
  })

async function deliver(id: string, one: Pending): Promise<void> {
  try {
    const message = await api.reply(id, {
      client_id: one.client_id, text: one.text, ...(one.citations.length ? { citations: one.citations } : {}),
    })
    takeMessage(id, message)
    removePending(id, one.client_id)
  } catch (cause) {
    failPending(id, one.client_id, errorWords(cause))
  }
}

/** Sends a reply. It stands in the transcript at once as on its way; when it fails it says so and can be sent again as the same one. */
export async function send(id: string, text: string, citations: CitationRef[]): Promise<void> {
  const one: Pending = { client_id: newId(), text, citations, failed: '' }
  addPending(id, one)
  await deliver(id, one)
}

export async function resend(id: string, one: Pending): Promise<void> {
  failPending(id, one.client_id, '')
  await deliver(id, one)
}

/** After the connection is back: what failed goes out again by itself, under the same id, so that nothing is sent twice. */
export function resendFailed(): void {
  for (const contact of store.contacts) {
    if (contact.state !== 'active') continue
    for (const one of pendingOf(contact.id)) if (one.failed) void resend(contact.id, one)
  }
}
