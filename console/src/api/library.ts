/** The shapes of docs/api.md for knowledge, scenarios and administration. */

import type { Micros, Page } from './types'

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
  also?: string[]
  domain?: string | null
  times: number
  last_us: Micros
  nearest: { entry_id: string; title: string; confidence?: number }[]
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
