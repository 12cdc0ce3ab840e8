/** The settings documents: the same shapes as docs/pack-format.md. */

export interface Domain {
  code: string
  name: string
  skill: string
}

export interface Hours {
  days: string
  from: string
  to: string
}

export interface Line {
  id: string
  number: string
  name: string
  greeting: string
  parent?: string
  hours: Hours[]
  after_hours_line?: string
  queue: string
  skills: string[]
  domains: string[]
  business_lines?: string[]
  lane?: string
}

export interface Queue {
  id: string
  name: string
  skills: string[]
  priority: number
  target_answer_secs: number
}

export interface BoundaryRow {
  matter: string
  kind: string
  urgency: string
  lane: string
  treat: string
  why: string
}

export interface Place {
  code: string
  name: string
  kind: string
  aliases?: string[]
  communities?: string[]
}

export interface Unit {
  id: string
  name: string
  kind: string
  leads?: string[]
  domains: string[]
  place?: string
  parent?: string
  phone?: string
}

export interface Organisation {
  district: { code: string; name: string; city: string; province: string }
  places: Place[]
  units: Unit[]
}

/** Whose duty a matter is: never a town's, only a town's, either's. */
export type Duty = 'department' | 'town' | 'shared'

export interface CatalogueRule {
  id: string
  matter: string
  domain: string
  words: string[]
  not?: string[]
  places?: string[]
  /** Nobody: the unit that governs the place. */
  lead?: string | null
  co?: string[]
  basis: string
  duty: Duty
}

export interface Catalogue {
  version: string
  from: string
  rules: CatalogueRule[]
}

export interface CaseworkOptions {
  auto_dispatch: number | null
}

export interface MatterTerm {
  kind: string | null
  urgency: string | null
  domain: string | null
  category: string | null
  working_days: number | null
  hours: number | null
  accept_minutes: number | null
}

/** Terms that are one number each. */
export type TermName =
  | 'urgent_hours' | 'callback_working_days' | 'archive_working_days' | 'dispatch_hours' | 'urgent_dispatch_minutes' | 'accept_hours'
  | 'urgent_accept_minutes' | 'arbitration_hours' | 'suspend_working_days' | 'suspend_most' | 'extension_days' | 'extension_most'
  | 'callback_hours' | 'callback_again_hours' | 'callback_tries' | 'reassign_most' | 'reopen_days' | 'urge_hours' | 'warn_hours' | 'window_working_days'

export interface Escalation {
  warn: string[]
  late: string[]
  very_late: string[]
  very_late_hours: number
}

export type Deadlines = Record<TermName, number> & {
  working_days: Record<string, number>
  matters: MatterTerm[]
  escalation: Escalation
}

export interface Holiday {
  name: string
  from: string
  to: string
  work?: string[]
}

export interface HolidayYear {
  year: number
  notice: string
  document_number?: string
  issued?: string
  holidays: Holiday[]
}

export interface WorkSpan {
  from_min: number
  to_min: number
}

export interface Holidays {
  years: HolidayYear[]
  unit_hours?: WorkSpan[]
}

/** A value a document has had. */
export interface SettingVersion {
  value: unknown
  version: number
  by: string
  at_us: number
}

export interface LessonReport {
  tickets: number
  units: number
  held_out: number
  before: number
  after: number
  automatic: { at: number; sent: number; right: number }[]
}

export interface LessonRun {
  state: 'running' | 'won' | 'lost' | 'failed'
  version: number | null
  report: LessonReport | null
  trouble: string | null
  started_by: string
  started_us: number
  ended_us: number | null
}

export interface Lessons {
  closed: number
  least: number
  version: number
  runs: LessonRun[]
}
