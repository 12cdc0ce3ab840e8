/** The working-day calendar: which days are off, which weekend days are worked, and the hours of units. */

import type { HolidayYear, WorkSpan } from '@/api/settings'

export type Sort = 'work' | 'weekend' | 'off' | 'shift'

export interface Day {
  /** yyyy-mm-dd */
  date: string
  day: number
  sort: Sort
  name: string
}

const DAY_MS = 86_400_000
const at = (date: string): number => Date.parse(`${date}T00:00:00Z`)
const iso = (ms: number): string => new Date(ms).toISOString().slice(0, 10)

/** What each listed day is, by date. */
function listed(years: HolidayYear[]): Map<string, { sort: Sort; name: string }> {
  const days = new Map<string, { sort: Sort; name: string }>()
  for (const year of years) {
    for (const holiday of year.holidays) {
      const [from, to] = [at(holiday.from), at(holiday.to)]
      // A mistyped end must not run through centuries.
      for (let day = from; day <= Math.min(to, from + 30 * DAY_MS); day += DAY_MS) days.set(iso(day), { sort: 'off', name: holiday.name })
      for (const day of holiday.work ?? []) days.set(day, { sort: 'shift', name: `${holiday.name}调休` })
    }
  }
  return days
}

/** The twelve months of a year, each from its first day. */
export function months(years: HolidayYear[], year: number): Day[][] {
  const known = listed(years)
  return Array.from({ length: 12 }, (_, month) => {
    const days: Day[] = []
    for (let ms = Date.UTC(year, month, 1); new Date(ms).getUTCMonth() === month; ms += DAY_MS) {
      const [date, weekday] = [iso(ms), new Date(ms).getUTCDay()]
      const plain = { sort: weekday === 0 || weekday === 6 ? 'weekend' as const : 'work' as const, name: '' }
      days.push({ date, day: new Date(ms).getUTCDate(), ...(known.get(date) ?? plain) })
    }
    return days
  })
}

/** How many empty cells stand before a month's first day, weeks beginning on Monday. */
export const lead = (month: Day[]): number => (new Date(at(month[0]?.date ?? '2024-01-01')).getUTCDay() + 6) % 7

const two = (value: number): string => String(value).padStart(2, '0')
export const timeWords = (minutes: number): string => `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
export const minutesOf = (words: string): number => {
  const [hours = 0, minutes = 0] = words.split(':').map(Number)
  return hours * 60 + minutes
}

/** The hours units keep unless the site says otherwise, as the server has them. */
export const USUAL_HOURS: WorkSpan[] = [{ from_min: 510, to_min: 720 }, { from_min: 810, to_min: 1050 }]

/** Why a day typed as worked or off cannot be meant; nothing when it can. */
export function faultOf(year: HolidayYear): string {
  for (const one of year.holidays) {
    if (!one.name.trim()) return '有一个假期没有名称。'
    for (const date of [one.from, one.to, ...(one.work ?? [])]) {
      if (!/^\d{4}-\d{2}-\d{2}$/.test(date) || Number.isNaN(at(date)) || iso(at(date)) !== date) return `${one.name}的“${date}”不是日期，请写成 2026-01-01 的样子。`
    }
    if (one.to < one.from) return `${one.name}的结束日期早于开始日期。`
    const weekday = (one.work ?? []).find((date) => { const day = new Date(at(date)).getUTCDay(); return day > 0 && day < 6 })
    if (weekday) return `${one.name}的调休上班日 ${weekday} 不是周末，请核对通知。`
  }
  return ''
}
