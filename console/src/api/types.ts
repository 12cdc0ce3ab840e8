/** The shapes of docs/api.md. Instants are microseconds since 1970 (`*_us`). */

export type * from './library'

export type Micros = number

export interface ApiErrorBody {
  code: string
  message: string
}

export interface Page<Row> {
  rows: Row[]
  total: number
}

export interface Named {
  id: string
  name: string
}

// People ----------------------------------------------------------------------------------------

export interface Skill {
  skill: string
  level: number
}

export interface Scope {
  level: 'district' | 'place' | 'unit'
  id?: string
}

export interface Me {
  id: string
  login: string
  name: string
  role: string
  role_words: string
  permissions: string[]
  scope: Scope
  skills: Skill[]
}

export interface Person {
  id: string
  login: string
  name: string
  role: string
  role_words: string
  scope: Scope
  skills: Skill[]
  disabled: boolean
  created_us: Micros
}

export interface PersonForm {
  login: string
  name: string
  role: string
  scope: Scope
  skills: Skill[]
  disabled: boolean
  password?: string
}

// Conversations ---------------------------------------------------------------------------------

export interface Citation {
  entry_id: string
  clause_id: string
  text: string
  source: string
  document_number: string | null
  article: string | null
  in_force_from: string | null
  in_force_until: string | null
  local: boolean
}

export interface CitationRef {
  entry_id: string
  clause_id: string
}

export type Author = 'citizen' | 'bot' | 'agent' | 'system'

export interface Message {
  seq: number
  author: Author
  kind: string
  text: string
  citations: Citation[]
  options: string[]
  at_us: Micros
  client_id: string | null
  agent_name: string | null
  /** The words in Mandarin, where dialect was spoken. */
  normal?: string | null
}

export interface Matter {
  words: string
  normal: string
  kind: string
  domain: string | null
}

export interface Fact {
  /** Of a contact's fact; a ticket's has only its label. */
  slot?: string
  label: string
  value: string
  words: string
  by: string
  at_us: Micros
  personal: boolean
}

export interface Passport {
  matter: Matter | null
  earlier: Matter[]
  facts: Fact[]
  tried: string[]
  asked: string[]
  tickets: string[]
  mood: number
  dialect: boolean
  advised: string[]
  lines: Named[]
}

export interface HistoryRow {
  contact_id: string
  at_us: Micros
  line: Named
  matter: string
  outcome: string | null
  tickets: string[]
}

export type DeskState = 'ringing' | 'active' | 'wrap_up' | 'queued' | 'closed'

export interface DeskContact {
  id: string
  channel: string
  line: Named
  lane: string
  phase: string
  state: DeskState
  ring_until_us: Micros | null
  opened_us: Micros
  waiting_secs: number
  hand_over: { reason: string; words: string } | null
  passport: Passport
  messages: Message[]
  history: HistoryRow[]
  tickets: TicketRow[]
}

export interface QueueView {
  id: string
  name: string
  waiting: number
  longest_wait_secs: number
  by_lane: Record<string, number>
  agents_ready: number
  agents_busy: number
}

export interface AgentView {
  id: string
  name: string
  state: string
  state_words: string
  since_us: Micros
  reason: string | null
  contacts: string[]
  skills: Skill[]
}

/** Something to pick from: its stable name and its words. */
export interface Reason {
  id: string
  words: string
}

export interface Desk {
  agent: AgentView
  contacts: DeskContact[]
  reasons: { break: Reason[]; wrap_up: Reason[] }
  queues: QueueView[]
  phone: PhoneView | null
}

/** The agent's telephone. `line`: the number of the browser's line that is up. */
export interface PhoneView {
  desk: boolean
  line: number | null
  talking: boolean
  held: boolean
  echo: boolean
  /** So many others take part in the call. */
  others: number
  /** Takes part in somebody else's call. */
  assisting: boolean
  /** The colleague whom the agent asked into the call. */
  guest?: CallGuest | null
  /** Who asked the agent into theirs. */
  asked_by?: CallGuest | null
}

/** `consult`: agent and colleague alone, the caller hears music; `join`: all three. */
export interface CallGuest {
  id: string
  name: string
  state: 'ringing' | 'consult' | 'join'
}

export interface Suggestion {
  entry_id: string
  title: string
  text: string
  confidence: number
  citations: Citation[]
}

export interface Suggestions {
  suggestions: Suggestion[]
  similar_tickets: TicketRow[]
}

export interface WrapUpForm {
  reason: string
  note?: string
  corrected?: { kind?: string; domain?: string }
}

export interface ContactRow {
  id: string
  channel: string
  line: Named
  lane: string
  phase: string
  outcome: string | null
  matter: string
  opened_us: Micros
  ended_us: Micros | null
  tickets: string[]
}

export interface Supervision {
  queues: QueueView[]
  agents: AgentView[]
  targets: { answer_secs: number; connection: number; online_answer: number }
  today: {
    contacts: number
    answered_by_bot: number
    handed_over: number
    tickets: number
    callbacks: number
    abandoned: number
    waiting_now: number
    longest_wait_secs: number
  }
}

// Tickets ---------------------------------------------------------------------------------------

export interface TicketRow {
  id: string
  number: string
  title: string
  kind: string
  kind_words: string
  category: string
  domain: string
  state: string
  state_words: string
  urgency: string
  place: string
  unit: string | null
  unit_name: string
  proposed_unit?: string | null
  proposed_unit_name?: string
  due_us: Micros | null
  overdue: boolean
  created_us: Micros
  updated_us: Micros
  /** By when the next thing is owed, inside or to the citizen. */
  next_us: Micros | null
  light: Light
  light_words: string
  owner: string
  owner_words: string
  flags: string[]
}

export type Light = 'green' | 'amber' | 'red' | 'paused' | 'none'

export interface StepField {
  name: string
  words: string
  kind: 'text' | 'long' | 'unit' | 'units' | 'number' | 'bool' | 'ticket' | 'choice' | 'parts' | 'files'
  required: boolean
  options?: [string, string][]
}

/** A step that this person may take now, with the form it needs. */
export interface StepOffer {
  step: string
  words: string
  fields: StepField[]
}

export interface TicketPart {
  title: string
  words: string
}

export interface Attachment {
  id: string
  name: string
  kind: string
  bytes: number
  by: string
  at_us: Micros
}

export interface Proposal {
  unit: string
  unit_name: string
  co_units: string[]
  confidence: number
  basis: string
  matter: string
  reasons: string[]
}

export interface ReplyFinding {
  code: string
  words: string
  must: boolean
}

export interface Lights {
  green: number
  amber: number
  red: number
  paused: number
}

export interface BoardLine {
  id: string
  name: string
  open: number
  lights: Lights
}

export interface CaseBoard {
  lights: Lights
  states: BoardLine[]
  units: BoardLine[]
  places: BoardLine[]
  today: Record<string, number>
  rates: { timely_dispatch: number | null; timely_accept: number | null; timely_reply: number | null }
}

export interface TicketGroup {
  words: string
  count: number
  tickets: TicketRow[]
}

export interface TicketEvent {
  seq?: number
  at_us: Micros
  kind?: string
  actor: string
  actor_words?: string
  words: string
}

export interface Ticket extends TicketRow {
  facts: Fact[]
  words: string[]
  phone?: string
  name?: string
  contact_id: string | null
  callback?: boolean
  due_provisional?: boolean
  events: TicketEvent[]
  version: number
  co_units: { id: string; name: string; replied: boolean }[]
  office: string
  question: string | null
  extension: { days: number; reason: string } | null
  objection: { reason: string; evidence: string; suggest: string | null; suggest_name: string } | null
  urges: number
  supervisor: string | null
  merged_into: string | null
  merged: string[]
  split_from: string | null
  split: string[]
  window: WindowMatter | null
  window_result: 'solved' | 'explained' | null
  outcome: CallbackOutcome | null
  attachments: Attachment[]
  steps: StepOffer[]
}

/** What somebody refused to do: a matter of the window. */
export interface WindowMatter {
  refused: string
  place: string
  by_whom: string
  papers: string
  cause: string
}

/** How the last call-back that reached somebody went. */
export interface CallbackOutcome {
  reached: boolean
  solved: boolean | null
  satisfied: boolean | null
  in_time: boolean | null
  note: string
}

export interface Related {
  caller: TicketRow[]
  similar: TicketRow[]
}

export interface UnitFigures {
  unit: string
  name: string
  replied: number
  in_time: number
  on_time_rate: number | null
  accept_rate: number | null
  called_back: number
  solved: number
  solved_rate: number | null
  satisfied: number
  satisfied_rate: number | null
  reopened: number
  objections: number
  upheld: number
}

export interface Indicators {
  units: UnitFigures[]
  all: UnitFigures
  rates: CaseBoard['rates']
}

export interface WindowMonth {
  month: string
  total: number
  open: number
  causes: [string, number][]
  rows: TicketRow[]
}

export interface Notice {
  id: string
  at_us: Micros
  words: string
  ticket: string
  level: 'info' | 'warn' | 'late'
  read: boolean
}

export interface Notices {
  rows: Notice[]
  unread: number
}

export interface TicketForm {
  kind: string
  category: string
  domain: string
  title: string
  place: string
  phone: string
  name: string
  detail: string
  urgent: boolean
  unit?: string | null
  window?: WindowMatter | null
  confidential?: boolean
  client_id: string
}
