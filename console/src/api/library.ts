/** The shapes of docs/api.md for knowledge, scenarios and administration. */

import type { Message, Micros, Page } from './types'

// Knowledge -------------------------------------------------------------------------------------

export interface Clause {
  id: string
  text: string
  source: string
  document_number?: string | null
  article?: string | null
  in_force_from?: string | null
  in_force_until?: string | null
  local: boolean
}

export interface EntryBody {
  id: string
  title: string
  domain: string
  kind: string
  region: string
  tags: string[]
  owner: string
  answer: string
  questions: string[]
  clauses: Clause[]
  tests: string[]
}

export interface Entry extends EntryBody {
  status: string
  revision: number
  views: number
  updated_us: Micros
  updated_by: string
}

export interface EntryRow {
  id: string
  title: string
  domain: string
  kind: string
  region: string
  status: string
  status_words?: string
  owner: string
  revision: number
  views: number
  updated_us: Micros
  updated_by: string
}

export interface EntryRevision {
  revision: number
  status: string
  at_us: Micros
  by: string
  body: EntryBody
}

export interface ImportResult {
  rows: number
  imported: number
  updated: number
  unchanged: number
  duplicates: number
  refused_rows: number
  /** The first of them. */
  refused: { row: number; why: string }[]
  duplicate_rows: { row: number; why: string }[]
}

export interface GapRow {
  question: string
  /** Other wordings of it. */
  also: string[]
  domain?: string | null
  times: number
  contacts: number
  /** How often for which reason. */
  why: Record<string, number>
  first_us: Micros
  last_us: Micros
  fifth_us?: Micros | null
  nearest: { entry_id: string; title: string; confidence: number }[]
  keys: string[]
  draft?: number | null
}

export interface GapFigures {
  waiting: number
  closed: number
  hours_p50?: number | null
  hours_p90?: number | null
}

export interface Gaps {
  rows: GapRow[]
  total: number
  figures: GapFigures
}

// Documents -------------------------------------------------------------------------------------

export type Fate = 'used' | 'merged' | 'left_out'

export interface Alike {
  kind: 'duplicate' | 'contradiction'
  entry_id: string
  title: string
  clause_id: string
  text: string
  source: string
  /** Figures that only the new one names, and only the old one. */
  new: string[]
  old: string[]
}

export interface DeskClause {
  place: string
  text: string
  paragraphs: number[]
  above: number[]
  replaces: string | null
}

export interface DeskEntry {
  id: string
  title: string
  answer: string
  questions: string[]
  clauses: DeskClause[]
  onto: string | null
  draft: number | null
}

export interface DeskCommon {
  source: string
  document_number: string
  domain: string
  region: string
  in_force_from: string | null
  in_force_until: string | null
}

export interface DeskDocument {
  seq: number
  name: string
  kind: string
  version: number
  created_by: string
  updated_us: Micros
  title: string
  common: DeskCommon
  paragraphs: { text: string; left_out: string }[]
  entries: DeskEntry[]
  fates: Fate[]
}

export interface DeskRow {
  seq: number
  name: string
  kind: string
  title: string
  region: string
  clauses: number
  entries: number
  drafted: number
  created_by: string
  updated_us: Micros
}

export interface SavedMapping {
  name: string
  mapping: Record<string, unknown>
  updated_by: string
  updated_us: Micros
}

export interface SheetPeek {
  sheets: string[]
  sheet: string
  columns: string[]
  rows: string[][]
  total: number
}

// Review and upkeep -----------------------------------------------------------------------------

export interface DraftRow {
  seq: number
  entry_id: string
  title: string
  domain: string
  region: string
  base_revision: number
  state: string
  author: string
  publish_at_us?: Micros | null
  blocked: string
  updated_us: Micros
}

export interface Note {
  seq: number
  kind: string
  kind_words: string
  words: string
  by_key: string
  at_us: Micros
}

export interface Draft {
  seq: number
  entry: EntryBody
  base_revision: number
  state: string
  author: string
  reviewer?: string | null
  publish_at_us?: Micros | null
  recheck_on?: string | null
  blocked: string
  origin: { gaps: string[]; document?: number | null }
  version: number
  created_us: Micros
  updated_us: Micros
}

export interface DraftFull extends Draft {
  base: { entry: EntryBody; revision: number; status: string } | null
  notes: Note[]
}

export interface BrokenTest {
  question: string
  entry_id: string
  title: string
  found: [string, string] | null
}

export interface DraftCheck {
  faults: { field: string; message: string }[]
  entries: number
  tests: number
  right: number
  broken: BrokenTest[]
  still_wrong: BrokenTest[]
}

export interface Upkeep {
  entry_id: string
  title: string
  domain: string
  region: string
  owner: string
  keeper?: string | null
  due: { kind: string; on: string } | null
  due_words?: string | null
  reports: number
  unconfirmed: boolean
}

export interface DependentNode {
  scenario_id: string
  title: string
  node: string
  entry_id: string
  silent: boolean
}

export interface UpkeepList {
  rows: Upkeep[]
  reported: number
  due: Record<string, number>
  unconfirmed: number
  silent_nodes: DependentNode[]
}

export interface Dependents {
  answers: { entry_id: string; title: string; clauses: string[]; silent: boolean }[]
  nodes: DependentNode[]
  tests: { entry_id: string; question: string }[]
}

export interface Care {
  keeper?: string | null
  recheck_on?: string | null
  checked_us?: Micros | null
  checked_by?: string | null
  urgent_revision?: number | null
  urgent_by?: string | null
}

export interface Feedback {
  seq: number
  entry_id: string
  revision: number
  helpful: number
  words: string
  given_by: string
  at_us: Micros
  handled_us?: Micros | null
  handled_by?: string | null
  handled_words: string
}

export interface Beside {
  care: Care
  notes: Note[]
  feedback: Feedback[]
  dependents: Dependents
}

export interface SourceRow {
  source: string
  document_numbers: string[]
  entries: number
  clauses: number
}

// Scenarios -------------------------------------------------------------------------------------

export interface ScenarioRow {
  id: string
  title: string
  domain: string
  kind: string
  status?: string
  revision: number
  updated_us?: Micros
}

export interface ScenarioDoc extends ScenarioRow {
  yaml: string
}

export interface Problem {
  line: number
  message: string
}

/** A conversation that was tried: what was said, the nodes passed, and the one it stands at. */
export interface Tried {
  transcript: Message[]
  walked: string[]
  at: string | null
}

// Administration --------------------------------------------------------------------------------

export interface AuditRow {
  seq: number
  at_us: Micros
  actor: string
  action: string
  object: string
  detail: string
}

export interface AuditPage extends Page<AuditRow> {
  sealed_to: number
  intact: boolean
}

export interface Health {
  status: string
  parts: { name: string; ok: boolean; words: string }[]
}

export interface SettingDoc<Value> {
  value: Value
  version: number
}
