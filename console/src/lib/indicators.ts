/** Spans of time that figures are asked for, and the figures as a table. */

import { partsOf } from './format'
import { percent } from './tickets'
import type { Column } from './csv'
import type { Micros, UnitFigures } from '@/api/types'

/** 2026-11, as China's calendar has it. */
export const monthOf = (us: Micros): string => {
  const p = partsOf(us)
  return `${p.year}-${p.month}`
}

/** `2026-11` moved by months: `2026-12`, `2027-01`. */
export function monthAfter(month: string, by: number): string {
  const [year, number] = month.split('-').map(Number) as [number, number]
  const at = year * 12 + number - 1 + by
  return `${Math.floor(at / 12)}-${String((at % 12) + 1).padStart(2, '0')}`
}

/** From the first to the last moment of a month in China, the end excluded. */
export function monthSpan(month: string): [Micros, Micros] {
  const begin = (one: string): Micros => Date.parse(`${one}-01T00:00:00+08:00`) * 1000
  return [begin(month), begin(monthAfter(month, 1))]
}

export const FIGURES: Column<UnitFigures>[] = [
  { title: '单位', value: (row) => row.name },
  { title: '答复', value: (row) => row.replied },
  { title: '按时答复率', value: (row) => percent(row.on_time_rate) },
  { title: '按时签收率', value: (row) => percent(row.accept_rate) },
  { title: '回访到', value: (row) => row.called_back },
  { title: '解决率', value: (row) => percent(row.solved_rate) },
  { title: '满意率', value: (row) => percent(row.satisfied_rate) },
  { title: '重新办理', value: (row) => row.reopened },
  { title: '提异议', value: (row) => row.objections },
  { title: '异议成立', value: (row) => row.upheld },
]
