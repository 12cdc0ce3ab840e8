/** Words for times, spans and counts. All times are shown as the clock on the wall in China shows them. */

import type { Micros } from '@/api/types'

const ZONE = 'Asia/Shanghai'
const pad = (value: number): string => String(value).padStart(2, '0')

interface Parts {
  year: string
  month: string
  day: string
  hour: string
  minute: string
  second: string
}

const FORMAT = new Intl.DateTimeFormat('zh-CN', {
  timeZone: ZONE, hourCycle: 'h23', year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit',
})

export function partsOf(us: Micros): Parts {
  const found: Partial<Record<string, string>> = {}
  for (const part of FORMAT.formatToParts(new Date(us / 1000))) found[part.type] = part.value
  const take = (name: keyof Parts): string => found[name] ?? ''
  return { year: take('year'), month: take('month'), day: take('day'), hour: take('hour'), minute: take('minute'), second: take('second') }
}

/** 14:03 */
export const clock = (us: Micros): string => {
  const p = partsOf(us)
  return `${p.hour}:${p.minute}`
}

/** 2026-11-22 14:03 */
export function dateTime(us: Micros | null | undefined): string {
  if (us === null || us === undefined) return ''
  const p = partsOf(us)
  return `${p.year}-${p.month}-${p.day} ${p.hour}:${p.minute}`
}

/** 2026-11-22 14:03:27, for the audit. */
export function dateTimeSeconds(us: Micros): string {
  return `${dateTime(us)}:${partsOf(us).second}`
}

const dayOf = (us: Micros): string => {
  const p = partsOf(us)
  return `${p.year}-${p.month}-${p.day}`
}

const DAY_US = 86_400_000_000

/** 今天 14:03, 昨天 09:10, 11-20 08:00, 2025-03-01 08:00: as short as is still clear. */
export function when(us: Micros | null | undefined, nowUs: Micros): string {
  if (us === null || us === undefined) return ''
  const p = partsOf(us)
  const time = `${p.hour}:${p.minute}`
  if (dayOf(us) === dayOf(nowUs)) return `今天 ${time}`
  if (dayOf(us) === dayOf(nowUs - DAY_US)) return `昨天 ${time}`
  if (dayOf(us) === dayOf(nowUs + DAY_US)) return `明天 ${time}`
  if (p.year === partsOf(nowUs).year) return `${p.month}-${p.day} ${time}`
  return `${p.year}-${p.month}-${p.day} ${time}`
}

/** 0:42, 12:05, 1:02:33: a running timer. */
export function timer(secs: number): string {
  const whole = Math.max(0, Math.floor(secs))
  const hours = Math.floor(whole / 3600)
  const minutes = Math.floor((whole % 3600) / 60)
  const seconds = whole % 60
  return hours > 0 ? `${hours}:${pad(minutes)}:${pad(seconds)}` : `${minutes}:${pad(seconds)}`
}

/** 42秒, 12分, 3小时20分, 2天4小时: a span in words, its two largest units. */
export function span(secs: number): string {
  const whole = Math.max(0, Math.round(secs))
  if (whole < 60) return `${whole}秒`
  const minutes = Math.floor(whole / 60)
  if (minutes < 60) return whole < 600 && whole % 60 ? `${minutes}分${whole % 60}秒` : `${minutes}分`
  const hours = Math.floor(minutes / 60)
  if (hours < 24) return minutes % 60 ? `${hours}小时${minutes % 60}分` : `${hours}小时`
  const days = Math.floor(hours / 24)
  return hours % 24 ? `${days}天${hours % 24}小时` : `${days}天`
}

export type Tone = 'good' | 'warn' | 'bad' | 'plain' | 'accent'

export interface ToneWords {
  tone: Tone
  words: string
}

/** A ticket's clock: what is left or lost, and how much it matters. */
/** 87.5 %: a share with at most one decimal; a dash when there is nothing to divide by. */
export function share(part: number, whole: number): string {
  if (whole <= 0) return '—'
  return `${(Math.round((part / whole) * 1000) / 10).toString()}%`
}

export const count = (value: number): string => value.toLocaleString('zh-CN')

/** The certainty of a suggestion, in words: a figure alone says nothing to a clerk. */
export function certainty(confidence: number): ToneWords {
  if (confidence >= 0.8) return { tone: 'good', words: '很相关' }
  if (confidence >= 0.5) return { tone: 'plain', words: '较相关' }
  return { tone: 'warn', words: '仅供参考' }
}

/** 自2026-09-20起有效; what a citation says about its validity. */
export function validity(from: string | null | undefined, until: string | null | undefined): string {
  if (from && until) return `${from} 至 ${until} 有效`
  if (from) return `${from} 起施行`
  if (until) return `有效至 ${until}`
  return ''
}

export const today = (): string => dayOf(Date.now() * 1000)
