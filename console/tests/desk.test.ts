import { beforeEach, describe, expect, it } from 'vitest'

import type { Desk, DeskContact, Message } from '@/api/types'
import { mergeMessages, waitingSince } from '@/lib/merge'
import {
  addPending, announcement, clearDesk, dock, draftOf, dropContact, failPending, insertIntoReply, keepDraft, pendingOf, setActive, store, takeDesk, takeMessage, unread,
} from '@/views/desk/store'

const message = (seq: number, author: Message['author'], text = `${author}${seq}`, client: string | null = null): Message => ({
  seq, author, kind: 'text', text, citations: [], options: [], at_us: seq * 1_000_000, client_id: client, agent_name: null,
})

const contact = (id: string, state: DeskContact['state'], messages: Message[] = []): DeskContact => ({
  id, channel: 'web', line: { id: '12345', name: '热线' }, lane: 'normal', phase: 'with_agent', state, ring_until_us: null, opened_us: 0, waiting_secs: 0, hand_over: null,
  passport: { matter: null, earlier: [], facts: [], tried: [], asked: [], tickets: [], mood: 0, dialect: false, advised: [], lines: [] },
  messages, history: [], tickets: [],
})

const desk = (...contacts: DeskContact[]): Desk => ({
  agent: { id: 's1', name: '林', state: 'busy', state_words: '服务中', since_us: 0, reason: null, contacts: [], skills: [] }, contacts, reasons: { break: [], wrap_up: [] }, queues: [], phone: null,
})

describe('messages', () => {
  it('stand once each and in order, however they arrive', () => {
    expect(mergeMessages([message(1, 'citizen'), message(3, 'bot')], [message(2, 'bot'), message(3, 'agent')]).map((one) => one.author + one.seq)).toEqual(['citizen1', 'bot2', 'agent3'])
  })

  it('tell since when somebody waits for us', () => {
    expect(waitingSince([message(1, 'citizen'), message(2, 'agent')])).toBeNull()
    expect(waitingSince([message(1, 'agent'), message(2, 'citizen'), message(3, 'citizen')])).toBe(2_000_000)
    expect(waitingSince([message(1, 'citizen'), message(2, 'system')])).toBe(2_000_000)
    expect(waitingSince([])).toBeNull()
  })
})

describe('the desk', () => {
  beforeEach(() => {
    clearDesk()
    sessionStorage.clear()
  })

  it('brings somebody to the front, and keeps who is served there when another rings', () => {
    takeDesk(desk(contact('a', 'ringing')))
    expect(store.activeId).toBe('a')
    takeDesk(desk(contact('a', 'active')))
    takeDesk(desk(contact('a', 'active'), contact('b', 'ringing')))
    expect(store.activeId).toBe('a')
    expect(announcement.value).toContain('新的会话')
    takeDesk(desk(contact('b', 'active')))
    expect(store.activeId).toBe('b')
  })

  it('loses no message that came between two views', () => {
    takeDesk(desk(contact('a', 'active', [message(1, 'citizen')])))
    takeMessage('a', message(2, 'citizen'))
    takeDesk(desk(contact('a', 'active', [message(1, 'citizen')])))
    expect(store.contacts[0]!.messages.map((one) => one.seq)).toEqual([1, 2])
  })

  it('counts what was written meanwhile by those in the background', () => {
    takeDesk(desk(contact('a', 'active'), contact('b', 'active', [message(1, 'citizen')])))
    expect(unread(store.contacts[1]!)).toBe(0)
    takeDesk(desk(contact('a', 'active'), contact('b', 'active', [message(1, 'citizen'), message(2, 'citizen'), message(3, 'system')])))
    expect(unread(store.contacts[1]!)).toBe(1)
    expect(announcement.value).toBe('另一位来电人说：citizen2')
    setActive('b')
    expect(unread(store.contacts[1]!)).toBe(0)
  })

  it('keeps a reply on its way until the server has it, and keeps a failed one', () => {
    takeDesk(desk(contact('a', 'active')))
    addPending('a', { client_id: 'x', text: '好', citations: [], failed: '' })
    addPending('a', { client_id: 'y', text: '再见', citations: [], failed: '' })
    failPending('a', 'y', '连不上')
    takeDesk(desk(contact('a', 'active', [message(1, 'agent', '好', 'x')])))
    expect(pendingOf('a').map((one) => [one.client_id, one.failed])).toEqual([['y', '连不上']])
  })

  it('keeps a draft for each contact, over a reload too', () => {
    keepDraft('a', { text: '写了一半', quotes: [] })
    clearDesk()
    expect(draftOf('a').text).toBe('写了一半')
    expect(draftOf('b').text).toBe('')
    keepDraft('a', { text: '', quotes: [] })
    expect(sessionStorage.length).toBe(0)
  })

  it('puts an answer behind what was written, each source once', () => {
    takeDesk(desk(contact('a', 'active')))
    const quote = { entry_id: 'e', clause_id: '1', title: '题', label: '《法》第一条' }
    keepDraft('a', { text: '您好。', quotes: [] })
    dock.value = 'transfer'
    insertIntoReply('a', '可以。', [quote])
    insertIntoReply('a', '可以。', [quote])
    expect(draftOf('a')).toEqual({ text: '您好。\n可以。\n可以。', quotes: [quote] })
    expect(dock.value).toBe('reply')
  })

  it('shows the summary when the conversation is over', () => {
    takeDesk(desk(contact('a', 'wrap_up'), contact('b', 'active')))
    setActive('a')
    expect(dock.value).toBe('wrap')
    dropContact('a')
    expect([store.activeId, dock.value]).toEqual(['b', 'reply'])
  })
})
