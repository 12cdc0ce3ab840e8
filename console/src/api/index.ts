/** Every call of the console, typed. Nothing else in the console talks to the server. */

import { call, eventsUrl, type CallOptions } from './http'
import type {
  Alike, DeskCommon, DeskDocument, DeskEntry, DeskRow, SavedMapping, SheetPeek,
  Attachment, AuditPage, Beside, Care, CaseBoard, CitationRef, ContactRow, Dependents, Desk, DeskContact, Draft, DraftCheck,
  DraftFull, DraftRow, Entry, EntryBody, EntryRevision, EntryRow, Feedback, Gaps, Health, ImportResult, Me, Message, Note, Page,
  Indicators, Notices, Person, PersonForm, Problem, Proposal, Related, ReplyFinding, ScenarioDoc, ScenarioRow, SettingDoc, Skill, SourceRow, Suggestions,
  Supervision, Ticket, TicketForm, TicketGroup, TicketRow, Tried, UpkeepList, WindowMonth, WrapUpForm,
} from './types'

import type { Label, TaskChoices, TaskView } from './learning'
import type { Catalogue, Lessons, SettingVersion } from './settings'

type Filter = Record<string, string | number | undefined>

const get = <A>(path: string, query?: Filter, more: CallOptions = {}) => call<A>('GET', path, { ...more, query })
const post = <A>(path: string, body?: unknown) => call<A>('POST', path, { body })
const put = <A>(path: string, body: unknown) => call<A>('PUT', path, { body })
const seg = encodeURIComponent

export const session = {
  whoami: () => get<Me>('/session', undefined, { quiet: true }),
  login: (login: string, password: string) =>
    call<Me>('POST', '/session', { body: { login, password }, quiet: true }),
  logout: () => call<void>('DELETE', '/session', { quiet: true }),
}

const contactPath = (id: string, verb: string) => `/desk/contacts/${seg(id)}/${verb}`

export const desk = {
  view: () => get<Desk>('/desk'),
  setState: (state: 'ready' | 'break' | 'offline', reason?: string) =>
    put<Desk>('/desk/state', reason ? { state, reason } : { state }),
  contact: (id: string) => get<DeskContact>(`/desk/contacts/${seg(id)}`),
  accept: (id: string) => post<DeskContact>(contactPath(id, 'accept')),
  decline: (id: string) => post<void>(contactPath(id, 'decline')),
  reply: (id: string, body: { client_id: string; text: string; citations?: CitationRef[] }) =>
    post<Message>(contactPath(id, 'messages'), body),
  transfer: (id: string, to: { to_queue?: string; to_agent?: string; note?: string }) =>
    post<void>(contactPath(id, 'transfer'), to),
  hangUp: (id: string) => post<DeskContact>(contactPath(id, 'hang-up')),
  wrapUp: (id: string, form: WrapUpForm) => post<void>(contactPath(id, 'wrap-up'), form),
  suggestions: (id: string, q: string, signal?: AbortSignal) =>
    get<Suggestions>(contactPath(id, 'suggestions'), { q }, signal ? { signal } : {}),
  ticketDraft: (id: string) => get<TicketForm>(contactPath(id, 'ticket-draft')),
  openTicket: (id: string, form: TicketForm) => post<Ticket>(contactPath(id, 'tickets'), form),
}

export const deskPhone = {
  open: (offer: string) => put<{ line: number; answer: string }>('/desk/phone', { offer }),
  close: () => call<void>('DELETE', '/desk/phone'),
  hold: (on: boolean) => put<void>('/desk/phone/hold', { on }),
  echo: (on: boolean) => put<void>('/desk/phone/echo', { on }),
  key: (key: string) => post<void>('/desk/phone/keys', { key }),
  consult: (agent: string) => post<void>('/desk/consult', { agent }),
  consultTogether: () => post<void>('/desk/consult/together', {}),
  consultEnd: () => call<void>('DELETE', '/desk/consult'),
  consultAnswer: (on: boolean) => put<void>('/desk/consult/answer', { on }),
}

export const contacts = {
  list: (query: Filter) => get<Page<ContactRow>>('/contacts', query),
  detail: (id: string) => get<DeskContact>(`/contacts/${seg(id)}`),
  personal: (id: string, field: string) => get<{ value: string }>(`/contacts/${seg(id)}/personal`, { field }),
}

export type CallPart = 'listen' | 'whisper' | 'join'

export const supervision = {
  view: () => get<Supervision>('/supervision'),
  assist: (agent: string, part: CallPart | null) => put<void>(`/supervision/calls/${seg(agent)}`, { part }),
  takeOver: (agent: string) => post<void>(`/supervision/calls/${seg(agent)}/takeover`),
}

const ticketPath = (number: string, verb: string) => `/tickets/${seg(number)}/${verb}`

export const tickets = {
  list: (query: Filter, signal?: AbortSignal) =>
    get<Page<TicketRow>>('/tickets', query, signal ? { signal } : {}),
  open: (form: TicketForm) => post<Ticket>('/tickets', form),
  full: (number: string) => get<Ticket>(ticketPath(number, 'full')),
  step: (number: string, form: { step: string; version: number } & Record<string, unknown>) =>
    post<Ticket>(ticketPath(number, 'steps'), form),
  recommendations: (number: string) =>
    get<{ proposals: Proposal[]; auto_at: number | null }>(ticketPath(number, 'recommendations')),
  related: (number: string, signal?: AbortSignal) => get<Related>(ticketPath(number, 'related'), undefined, signal ? { signal } : {}),
  personal: (number: string, field: string) => get<{ value: string }>(ticketPath(number, 'personal'), { field }),
  checkReply: (number: string, words: string) =>
    post<{ ok: boolean; findings: ReplyFinding[] }>(ticketPath(number, 'reply-check'), { words }),
  attach: (number: string, form: FormData) => call<Attachment>('POST', ticketPath(number, 'attachments'), { form }),
  fileUrl: (number: string, id: string) => eventsUrl(`${ticketPath(number, 'attachments')}/${seg(id)}`),
}

export const casework = {
  board: () => get<CaseBoard>('/casework/board'),
  repeats: () => get<{ callers: TicketGroup[]; places: TicketGroup[] }>('/casework/repeats'),
  indicators: (from_us: number, to_us: number) => get<Indicators>('/casework/indicators', { from_us, to_us }),
  window: (month: string) => get<WindowMonth>('/casework/window', { month }),
  unsolved: () => get<{ rows: { ticket: TicketRow; reasons: string[] }[] }>('/casework/unsolved'),
}

export const notices = {
  list: () => get<Notices>('/notices', undefined, { quiet: true }),
  read: (id: string) => post<void>(`/notices/${seg(id)}/read`),
}

export const knowledge = {
  search: (query: Filter, signal?: AbortSignal) =>
    get<{ hits: KnowledgeHit[] }>('/knowledge/search', query, signal ? { signal } : {}),
}

export interface KnowledgeHit {
  entry_id: string
  title: string
  domain: string
  answer: string
  confidence: number
  citations: import('./types').Citation[]
}

const entryPath = (id: string) => `/library/entries/${seg(id)}`

/** An entry as the server keeps it: its content apart from its state. */
interface EntryRecord extends Omit<Entry, keyof EntryBody> {
  entry: EntryBody
}

interface EntryVersion {
  revision: number
  status: string
  entry: EntryBody
  updated_us: number
  updated_by: string
}

const flat = ({ entry, ...rest }: EntryRecord): Entry => ({ ...entry, ...rest })

export const library = {
  list: (query: Filter) => get<Page<EntryRow>>('/library/entries', query),
  entry: (id: string) => get<EntryRecord>(entryPath(id)).then(flat),
  create: (body: EntryBody) => post<EntryRecord>('/library/entries', body).then(flat),
  save: (body: EntryBody, revision: number) => 
    put<EntryRecord>(entryPath(body.id), { ...body, revision }).then(flat),
  withdraw: (id: string, reason: string) => 
    post<EntryRecord>(`${entryPath(id)}/withdraw`, { reason }).then(flat),
  history: (id: string) => 
    get<EntryVersion[]>(`${entryPath(id)}/history`).then((all) => all.map((one): EntryRevision => (
      { revision: one.revision, status: one.status, at_us: one.updated_us, by: one.updated_by, body: one.entry }))),
  gaps: () => get<Gaps>('/library/gaps'),
  gapDraft: (keys: string[], id: string, domain: string) => post<Draft>('/library/gaps/draft', { keys, id, domain }),
  gapClose: (keys: string[], entry_id: string | null) => post<void>('/library/gaps/close', { keys, entry_id }),
  documents: () => get<Page<DeskRow>>('/library/intake'),
  documentAdd: (form: FormData, signal: AbortSignal) => call<DeskDocument>('POST', '/library/intake', { form, signal }),
  document: (seq: number) => get<DeskDocument>(`/library/intake/${seq}`),
  documentSave: (seq: number, body: { version: number; common: DeskCommon; left_out: string[]; entries: DeskEntry[] }) =>
    put<DeskDocument>(`/library/intake/${seq}`, body),
  documentAlike: (seq: number) => get<Alike[][][]>(`/library/intake/${seq}/alike`),
  documentDrafts: (seq: number, version: number, entries: number[]) => post<DeskDocument>(`/library/intake/${seq}/drafts`, { version, entries }),
  documentDrop: (seq: number) => post<void>(`/library/intake/${seq}/drop`),
  mappings: () => get<Page<SavedMapping>>('/library/mappings'),
  mappingPut: (name: string, mapping: Record<string, unknown>) => put<void>('/library/mappings', { name, mapping }),
  mappingDrop: (name: string) => post<void>('/library/mappings/drop', { name }),
  peekSheet: (form: FormData) => call<SheetPeek>('POST', '/library/import/peek', { form }),
  drafts: () => get<Page<DraftRow>>('/library/drafts'),
  draft: (seq: number) => get<DraftFull>(`/library/drafts/${seq}`),
  draftCreate: (body: EntryBody) => post<Draft>('/library/drafts', body),
  draftSave: (seq: number, body: EntryBody, version: number) => put<DraftFull>(`/library/drafts/${seq}`, { ...body, version }),
  draftCheck: (seq: number) => get<DraftCheck>(`/library/drafts/${seq}/check`),
  draftStep: (seq: number, step: 'submit' | 'return', words: string) => post<DraftFull>(`/library/drafts/${seq}/${step}`, { words }),
  draftApprove: (seq: number, how: { words: string; publish_at_us: number | null; recheck_on: string | null }) =>
    post<DraftFull>(`/library/drafts/${seq}/approve`, how),
  draftDrop: (seq: number, words: string) => post<void>(`/library/drafts/${seq}/drop`, { words }),
  upkeep: () => get<UpkeepList>('/library/upkeep'),
  beside: (id: string) => get<Beside>(`${entryPath(id)}/beside`),
  recheck: (id: string, words: string, recheck_on: string | null) => post<Care>(`${entryPath(id)}/recheck`, { words, recheck_on }),
  keeper: (id: string, mine: boolean) => post<Care>(`${entryPath(id)}/keeper`, { mine }),
  confirm: (id: string, words: string) => post<void>(`${entryPath(id)}/confirm`, { words }),
  comment: (id: string, words: string) => post<Note[]>(`${entryPath(id)}/notes`, { words }),
  report: (id: string, words: string) => post<void>(`${entryPath(id)}/report`, { words }),
  reports: () => get<Feedback[]>('/library/reports'),
  handle: (seq: number, words: string) => post<void>(`/library/reports/${seq}/handle`, { words }),
  addTest: (id: string, question: string, as_wording: boolean) => post<unknown>(`${entryPath(id)}/tests`, { question, as_wording }),
  sources: (q: string) => get<SourceRow[]>('/library/sources', { q }),
  repeal: (body: { source: string; from: string; reason: string; dry_run: boolean }) => post<Dependents>('/library/sources/repeal', body),
  importFile: (form: FormData, signal: AbortSignal) =>
    call<ImportResult>('POST', '/library/import', { form, signal }),
}

export const scenarios = {
  list: () => get<Page<ScenarioRow>>('/scenarios').then((page) => page.rows),
  doc: (id: string) => get<ScenarioDoc>(`/scenarios/${seg(id)}`),
  save: (id: string, yaml: string, revision: number) => put<ScenarioDoc>(`/scenarios/${seg(id)}`, { yaml, revision }),
  validate: (yaml: string) => post<{ problems: Problem[] }>('/scenarios/validate', { yaml }),
  tryOut: (yaml: string, turns: string[]) => post<Tried>('/scenarios/try', { yaml, turns }),
}

/** Skills travel as a table of levels. */
type OnWire<P extends { skills: Skill[] }> = Omit<P, 'skills'> & { skills: Record<string, number> }

const byLevel = (skills: Skill[]): Record<string, number> => Object.fromEntries(skills.map((one) => [one.skill, one.level]))
const asPerson = (one: OnWire<Person>): Person => ({
  ...one, skills: Object.entries(one.skills).map(([skill, level]) => ({ skill, level })),
})

export const people = {
  list: () => get<Page<OnWire<Person>>>('/people').then((page) => page.rows.map(asPerson)),
  create: ({ login, name, role, scope, skills, password }: PersonForm) =>
    post<OnWire<Person>>('/people', { login, name, role, scope, skills: byLevel(skills), password }).then(asPerson),
  save: (id: string, { name, role, scope, skills, disabled }: PersonForm) =>
    put<OnWire<Person>>(`/people/${seg(id)}`, { name, role, scope, skills: byLevel(skills), disabled }).then(asPerson),
  password: (id: string, password: string) => post<void>(`/people/${seg(id)}/password`, { password }),
}

export const audit = { list: (query: Filter) => get<AuditPage>('/audit', query) }

export const settings = {
  read: <Value>(name: string) => get<SettingDoc<Value>>(`/settings/${name}`),
  save: <Value>(name: string, value: Value, version: number) =>
    put<{ version: number }>(`/settings/${name}`, { value, version }).then((saved) => ({ value, version: saved.version })),
  history: (name: string) => get<{ rows: SettingVersion[] }>(`/settings/${name}/history`).then((page) => page.rows),
}

export const dispatch = {
  tryOut: (matter: { text: string; domain: string; place: string; catalogue: Catalogue }) => post<{ proposals: Proposal[] }>('/dispatch/try', matter),
  lessons: () => get<Lessons>('/dispatch/lessons'),
  learn: () => post<void>('/dispatch/lessons'),
  use: (version: number) => put<void>('/dispatch/lessons/present', { version }),
}

export const health = { read: () => get<Health>('/health') }

const learningPath = (task: string, verb: string) => `/learning/${seg(task)}/${verb}`

export const learning = {
  overview: () => get<{ tasks: TaskView[] }>('/learning'),
  choices: () => get<{ tasks: TaskChoices[] }>('/learning/choices'),
  labels: (query: Filter) => get<Page<Label>>('/learning/labels', query),
  check: (id: string, keep: boolean, label: string) => put<void>(`/learning/labels/${seg(id)}`, { keep, label }),
  train: (task: string) => post<void>(learningPath(task, 'train')),
  use: (task: string, version: number) => put<void>(learningPath(task, 'present'), { version }),
  labelWords: (contact: string, seq: number, task: string, label: string) =>
    post<void>(`/contacts/${seg(contact)}/messages/${seq}/labels`, { task, label }),
}
