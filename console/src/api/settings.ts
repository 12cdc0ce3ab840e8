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
