import { agents } from './people.mjs'
import { ago, now, paged, readYaml, record, Refusal, stream } from './kit.mjs'
import { cite, entries, search } from './library.mjs'
import { makeTicket, tickets } from './tickets.mjs'
import { TALKS } from './talk.mjs'

const lines = readYaml('lines.yaml').lines
const queueDefs = readYaml('queues.yaml').queues
const lineRef = (id) => { const one = lines.find((line) => line.id === id) ?? lines[0]; return { id: one.id, name: one.name } }
const WORDS = { offline: '离线', ready: '空闲', ringing: '响铃', busy: '服务中', wrap_up: '小结', break: '小休' }
const named = (pairs) => pairs.map(([id, words]) => ({ id, words }))
const REASONS = {
  break: named([['rest', '休息'], ['meal', '用餐'], ['training', '培训'], ['meeting', '会议'], ['paperwork', '案头工作'], ['other', '其他']]),
  wrap_up: named([['answered', '当场答复'], ['ticket', '已开工单'], ['transferred', '已转出'], ['callback', '约定回电'], ['emergency', '紧急处置'], ['no_matter', '无事项或骚扰'], ['left', '来电人已离开']]),
}

const states = new Map(agents.map((one, i) => [one.id, { state: ['offline', 'ready', 'busy', 'wrap_up', 'break'][i] ?? 'offline', since_us: ago(300 + i * 200), reason: i === 4 ? '用餐' : null }]))
export const contacts = []
const listeners = new Map()
const watchers = new Set()
const queues = queueDefs.map((one, i) => ({ ...one, waiting: i % 7 === 5 ? 3 : i % 5 === 0 ? 1 : 0, since: Date.now() - (i % 4) * 17000 }))
let turn = 0

const send = (who, name, data) => { for (const one of listeners.get(who) ?? []) one(name, data) }

function transcript(talk, opened) {
  let seq = 0
  return talk.before.map(([author, text], i) => ({
    seq: ++seq, author: author === 'answer' ? 'bot' : author, kind: author === 'answer' ? 'answer' : 'text', text, options: [],
    citations: author === 'answer' ? cite(entries.find((one) => one.id === 'gjj-zufang-tiqu')).slice(0, 2) : [],
    at_us: opened + i * 14_000_000, client_id: null, agent_name: null,
  }))
}

function makeContact(talk, agent, state) {
  const opened = ago(60 + talk.before.length * 14)
  const contact = {
    id: `c${Date.now().toString(36)}${contacts.length}`, channel: 'web', line: lineRef(talk.line), lane: talk.lane, phase: state === 'queued' ? 'queued' : 'with_agent',
    state, ring_until_us: state === 'ringing' ? now() + 20_000_000 : null, opened_us: opened, waiting_secs: 46,
    hand_over: { reason: talk.reason, words: talk.why },
    passport: {
      matter: { words: talk.words, normal: talk.normal ?? talk.words, kind: talk.kind, domain: talk.domain }, earlier: [],
      facts: talk.facts.map(([slot, label, value, personal], i) => ({ slot, label, value, words: talk.words, by: slot === 'phone' && i ? 'citizen' : 'citizen', at_us: opened + 40_000_000, personal })),
      tried: talk.tried, asked: talk.asked, tickets: [], mood: talk.mood, dialect: Boolean(talk.dialect), advised: talk.advised ?? [], lines: [lineRef(talk.line)],
    },
    messages: transcript(talk, opened),
    history: [
      { contact_id: 'c-old-1', at_us: ago(86400 * 3.2), line: lineRef('12345'), matter: '电梯停运什么时候能修', outcome: 'ticket', tickets: [tickets[0]?.number ?? ''] },
      { contact_id: 'c-old-2', at_us: ago(86400 * 41), line: lineRef('12393'), matter: '外地住院怎么备案', outcome: 'answered', tickets: [] },
    ],
    tickets: tickets.slice(0, 1), agent, talk, said: 0,
  }
  contacts.push(contact)
  return contact
}

const out = ({ agent, talk, said, ...rest }) => rest
const mine = (who) => contacts.filter((one) => one.agent === who && one.state !== 'ended')
const find = (id) => { const one = contacts.find((c) => c.id === id); if (!one) throw new Refusal(404, 'not_found', '没有这个会话，可能已经结束。'); return one }

export const queueViews = () => queues.map((one) => {
  const able = agents.filter((agent) => agent.skills.some((skill) => one.skills.includes(skill.skill)))
  return {
    id: one.id, name: one.name, waiting: one.waiting, longest_wait_secs: one.waiting ? Math.round((Date.now() - one.since) / 1000) : 0,
    by_lane: { normal: one.id === 'elderly' || one.id === 'dialect' ? 0 : one.waiting, dialect: one.id === 'dialect' ? one.waiting : 0, elderly: one.id === 'elderly' ? one.waiting : 0, emergency: 0 },
    agents_ready: able.filter((agent) => states.get(agent.id)?.state === 'ready').length, agents_busy: able.filter((agent) => states.get(agent.id)?.state === 'busy').length,
  }
})
const agentView = (one) => ({ id: one.id, name: one.name, ...states.get(one.id), state_words: WORDS[states.get(one.id).state], contacts: mine(one.id).map((c) => c.id), skills: one.skills })
const desk = (who) => ({ agent: agentView(who), contacts: mine(who.id).map(out), reasons: REASONS, queues: queueViews() })

function setAgent(who, state, reason = null) {
  states.set(who.id, { state, since_us: now(), reason })
  send(who.id, 'desk', desk(who))
}

function settle(who) {
  const list = mine(who.id)
  const next = list.some((one) => one.state === 'active') ? 'busy' : list.some((one) => one.state === 'wrap_up') ? 'wrap_up' : 'ready'
  if (states.get(who.id).state !== next) setAgent(who, next)
  else send(who.id, 'desk', desk(who))
}

function offer(who) {
  if (!['ready', 'busy'].includes(states.get(who.id)?.state) || mine(who.id).length >= 3) return
  const contact = makeContact(TALKS[turn++ % TALKS.length], who.id, 'ringing')
  send(who.id, 'offer', out(contact))
  send(who.id, 'desk', desk(who))
  if (contact.passport.advised.length) send(who.id, 'alert', { contact_id: contact.id, service: contact.passport.advised[0] })
  setTimeout(() => {
    if (contact.state !== 'ringing') return
    contact.state = 'ended'
    send(who.id, 'withdrawn', { contact_id: contact.id })
    send(who.id, 'desk', desk(who))
  }, 20_000)
}

function say(contact, author, text, who, extra = {}) {
  const message = { seq: (contact.messages.at(-1)?.seq ?? 0) + 1, author, kind: 'text', text, citations: [], options: [], at_us: now(), client_id: null, agent_name: author === 'agent' ? who?.name : null, ...extra }
  contact.messages.push(message)
  if (contact.agent) send(contact.agent, 'message', { contact_id: contact.id, message })
  return message
}

function citizenSpeaks(contact, after) {
  const text = contact.talk.then[contact.said++]
  if (text) setTimeout(() => { if (contact.state === 'active') say(contact, 'citizen', text) }, after)
}

const today = () => ({ contacts: 1286, answered_by_bot: 1043, handed_over: 243, tickets: 118, callbacks: 9, abandoned: 11, waiting_now: queues.reduce((s, q) => s + q.waiting, 0), longest_wait_secs: Math.max(0, ...queueViews().map((q) => q.longest_wait_secs)) })
const supervision = () => ({ queues: queueViews(), agents: agents.map(agentView), targets: { answer_secs: 15, connection: 0.9, online_answer: 0.8 }, today: today() })

setInterval(() => {
  const one = queues[Math.floor(Math.random() * queues.length)]
  if (one.waiting && Math.random() < 0.6) one.waiting -= 1
  else if (Math.random() < 0.35) { one.waiting += 1; if (one.waiting === 1) one.since = Date.now() }
  for (const watcher of watchers) watcher('supervision', supervision())
  for (const who of agents) if (listeners.get(who.id)?.size) send(who.id, 'desk', desk(who))
}, 3000).unref()

const rowOf = (one) => ({ id: one.id, channel: one.channel, line: one.line, lane: one.lane, phase: one.state === 'ended' ? 'ended' : one.phase, outcome: one.outcome ?? null, matter: one.passport.matter?.words ?? '', opened_us: one.opened_us, ended_us: one.state === 'ended' ? one.messages.at(-1)?.at_us : null, tickets: one.passport.tickets })

for (let i = 0; i < 46; i += 1) {
  const old = makeContact(TALKS[i % TALKS.length], agents[i % agents.length].id, 'ended')
  Object.assign(old, { opened_us: ago(1800 + i * 2700), outcome: ['answered', 'handed_over', 'ticket', 'answered', 'no_matter'][i % 5], phase: 'ended', id: `c-old-${i}` })
  old.messages.forEach((one, k) => { one.at_us = old.opened_us + k * 14_000_000 })
  if (i % 5 === 2) old.passport.tickets = [tickets[i % tickets.length].number]
}

export function deskRoutes() {
  return [
    ['GET', '/desk', ({ who }) => desk(who)],
    ['PUT', '/desk/state', ({ who, body }) => { setAgent(who, body.state, REASONS.break.find((one) => one.id === body.reason)?.words ?? null); if (body.state === 'ready') setTimeout(() => offer(who), 1500); return desk(who) }],
    ['GET', '/desk/events', ({ req, res, who }) => {
      const push = stream(req, res, () => listeners.get(who.id)?.delete(push))
      listeners.set(who.id, (listeners.get(who.id) ?? new Set()).add(push))
      push('desk', desk(who))
    }, { stream: true }],
    ['GET', '/desk/contacts/:id', ({ params }) => out(find(params.id))],
    ['POST', '/desk/contacts/:id/accept', ({ params, who }) => {
      const contact = find(params.id)
      if (contact.state !== 'ringing') throw new Refusal(409, 'conflict', '这个来访已经转给别人了。')
      Object.assign(contact, { state: 'active', ring_until_us: null, phase: 'with_agent' })
      say(contact, 'system', `座席${who.name}已接入。`)
      record(who, 'contact.accept', contact.id)
      settle(who)
      citizenSpeaks(contact, 2500)
      setTimeout(() => offer(who), 25_000)
      return out(contact)
    }],
    ['POST', '/desk/contacts/:id/decline', ({ params, who }) => { find(params.id).state = 'ended'; settle(who) }],
    ['POST', '/desk/contacts/:id/messages', ({ params, body, who }) => {
      const contact = find(params.id)
      const known = contact.messages.find((one) => one.client_id === body.client_id)
      if (known) return known
      const citations = (body.citations ?? []).flatMap((ref) => cite(entries.find((one) => one.id === ref.entry_id) ?? { clauses: [] }).filter((c) => c.clause_id === ref.clause_id))
      const message = say(contact, 'agent', body.text, who, { client_id: body.client_id, citations })
      citizenSpeaks(contact, 4000)
      return message
    }, { status: 201 }],
    ['POST', '/desk/contacts/:id/transfer', ({ params, who }) => { const c = find(params.id); c.state = 'ended'; record(who, 'contact.transfer', c.id); settle(who) }],
    ['POST', '/desk/contacts/:id/hang-up', ({ params, who }) => { const c = find(params.id); c.state = 'wrap_up'; c.phase = 'ended'; say(c, 'system', '会话已由座席结束。'); settle(who); return out(c) }],
    ['POST', '/desk/contacts/:id/wrap-up', ({ params, who }) => { const c = find(params.id); c.state = 'ended'; c.outcome = 'handed_over'; settle(who); setTimeout(() => offer(who), 6000) }],
    ['GET', '/desk/contacts/:id/suggestions', ({ params, query }) => {
      const contact = find(params.id)
      const q = query.get('q') || contact.passport.matter.normal
      return { suggestions: search(q, contact.passport.matter.domain).slice(0, 4).map((hit) => ({ entry_id: hit.entry_id, title: hit.title, text: hit.answer, confidence: hit.confidence, citations: hit.citations })), similar_tickets: tickets.filter((t) => t.domain === contact.passport.matter.domain).slice(0, 4) }
    }],
    ['GET', '/desk/contacts/:id/ticket-draft', ({ params }) => {
      const { talk, passport } = find(params.id)
      const fact = (slot) => passport.facts.find((one) => one.slot === slot)?.value ?? ''
      return { kind: talk.kind, category: '', domain: talk.domain, title: talk.title, place: fact('place'), phone: fact('phone'), name: fact('name'), detail: talk.before.filter(([a]) => a === 'citizen').map(([, t]) => t).join('。'), urgent: talk.mood >= 3, client_id: '' }
    }],
    ['POST', '/desk/contacts/:id/tickets', ({ params, body, who }) => { const c = find(params.id); const t = makeTicket(body, who, c.id); c.passport.tickets.push(t.number); c.tickets = [t, ...c.tickets]; send(who.id, 'desk', desk(who)); return t }, { status: 201 }],
    ['GET', '/contacts', ({ query }) => {
      let rows = contacts.map(rowOf).sort((a, b) => b.opened_us - a.opened_us)
      for (const key of ['phase', 'lane', 'outcome']) if (query.get(key)) rows = rows.filter((one) => one[key] === query.get(key))
      if (query.get('line')) rows = rows.filter((one) => one.line.id === query.get('line'))
      if (query.get('q')) rows = rows.filter((one) => (one.matter ?? '').includes(query.get('q')))
      return paged(rows, query)
    }],
    ['GET', '/contacts/:id', ({ params, who }) => { record(who, 'contact.read', params.id); return out(find(params.id)) }],
    ['GET', '/contacts/:id/personal', ({ params, query, who }) => { find(params.id); record(who, 'personal.reveal', params.id, query.get('field')); return { value: { phone: '13800006120', name: '王小满', place: '东柳街道东柳坊社区7幢2单元501室' }[query.get('field')] ?? '（未留）' } }],
    ['GET', '/supervision', () => supervision()],
    ['GET', '/supervision/events', ({ req, res }) => { const push = stream(req, res, () => watchers.delete(push)); watchers.add(push); push('supervision', supervision()) }, { stream: true }],
  ]
}
