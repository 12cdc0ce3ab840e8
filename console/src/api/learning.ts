/** The shapes of what the reader of language learns at a site. */

import type { Micros } from './types'

export interface Choice {
  label: string
  words: string
}

export interface TaskChoices {
  task: string
  words: string
  choices: Choice[]
}

export interface Contest {
  champion: number
  challenger: number
  ours_before: number
  ours_after: number
  found_before: number | null
  found_after: number | null
  held_out: number
  version: number
}

export interface Version {
  version: number
  report: Contest | null
  made_by: string
  made_us: Micros
  present: boolean
}

export interface Run {
  id: string
  state: 'running' | 'won' | 'lost' | 'failed'
  lines: number
  report: Contest | null
  started_by: string
  started_us: Micros
  ended_us: Micros | null
}

export interface Drift {
  verdict: 'few' | 'steady' | 'shifted' | 'unsure'
  recent: number
  before: number
  index: number
  sure: [number, number]
  moved: [string, number, number][]
  corrected: [number, number]
}

export interface TaskView extends TaskChoices {
  new: number
  kept: number
  least: number
  version: number
  versions: Version[]
  run: Run | null
  drift: Drift
}

export interface Label {
  id: string
  task: string
  text: string
  context: string
  label: string
  was: string | null
  state: 'new' | 'kept' | 'left'
  labelled_by: string
  labelled_us: Micros
  checked_by: string | null
  checked_us: Micros | null
  contact_id: string | null
}
