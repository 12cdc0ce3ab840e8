/** What the states of a ticket mean to the console. The words always come from the server. */

import type { Tone } from './format'
import type { Option } from './words'
import type { CallbackOutcome, Light, StepOffer, TicketPart, TicketRow } from '@/api/types'

export const STATE_OPTIONS: Option[] = [
  { value: 'registered', label: '待派单' },
  { value: 'dispatched', label: '待签收' },
  { value: 'objected', label: '异议待裁定' },
  { value: 'handling', label: '办理中' },
  { value: 'suspended', label: '等群众补充' },
  { value: 'replied', label: '待回访' },
  { value: 'called_back', label: '待归档' },
  { value: 'merged', label: '并案办理' },
  { value: 'archived', label: '已归档' },
  { value: 'cancelled', label: '已撤销' },
  { value: 'withdrawn', label: '已撤回' },
]

export const DUE_OPTIONS: Option[] = [
  { value: 'overdue', label: '已超期' },
  { value: 'today', label: '今天到期' },
]

export function ticketTone(state: string): Tone {
  if (state === 'registered' || state === 'objected') return 'warn'
  if (state === 'dispatched' || state === 'handling' || state === 'merged') return 'accent'
  if (state === 'replied' || state === 'called_back') return 'good'
  return 'plain'
}

const LIGHT: Record<Light, Tone> = { green: 'good', amber: 'warn', red: 'bad', paused: 'plain', none: 'plain' }
export const lightTone = (light: Light): Tone => LIGHT[light] ?? 'plain'

const FLAG: Record<string, [string, Tone]> = {
  window: ['办不成事', 'warn'], supervised: ['督办', 'bad'], urged: ['群众催办', 'warn'], reopened: ['重新办理', 'warn'],
  confidential: ['保密', 'bad'], joint: ['协办', 'plain'], extended: ['已延期', 'plain'], extension: ['申请延期', 'warn'],
}
/** Marks that a list can be limited to. */
export const MARK_OPTIONS: Option[] = [
  { value: 'window', label: '办不成事' }, { value: 'supervised', label: '督办' }, { value: 'urged', label: '群众催办' }, { value: 'confidential', label: '保密' },
]

/** The marks of a ticket in words. Unknown ones are shown as they are; a helping unit stands among the facts. */
export const flagsOf = (flags: string[]): { words: string; tone: Tone }[] =>
  flags.filter((flag) => !flag.startsWith('co:')).map((flag) => ({ words: FLAG[flag]?.[0] ?? flag, tone: FLAG[flag]?.[1] ?? 'plain' }))

/** Urgent ones first, then by when the next thing is owed; the server's order decides between equals. */
export function byUrgency<Row extends Pick<TicketRow, 'urgency' | 'next_us'>>(rows: Row[]): Row[] {
  const rank = (row: Row): number => (row.urgency === 'urgent' ? 0 : 1)
  const next = (row: Row): number => row.next_us ?? Number.MAX_SAFE_INTEGER
  return [...rows].sort((one, other) => rank(one) - rank(other) || next(one) - next(other))
}

export type StepValue = string | string[] | number | boolean | null | TicketPart[]
export type StepValues = Record<string, StepValue>

/** What a step's form starts with. Answers of a call-back are asked, never assumed. */
export function emptyValues(offer: StepOffer): StepValues {
  const values: StepValues = {}
  for (const field of offer.fields) {
    if (field.kind === 'units' || field.kind === 'files') values[field.name] = []
    else if (field.kind === 'number') values[field.name] = 1
    else if (field.kind === 'bool') values[field.name] = offer.step === 'callback' ? null : false
    else if (field.kind === 'parts') values[field.name] = [{ title: '', words: '' }, { title: '', words: '' }]
    else values[field.name] = ''
  }
  return values
}

/** What still has to be filled in, as a sentence; empty when the form can be sent. */
export function lacking(offer: StepOffer, values: StepValues): string {
  for (const field of offer.fields) {
    const value = values[field.name]
    if (field.kind === 'parts') {
      const parts = value as TicketPart[]
      if (parts.some((part) => !part.title.trim() || !part.words.trim())) return '每件事都要写标题和内容；多出来的请删掉。'
    } else if (field.required && (value === null || (typeof value === 'string' && !value.trim()))) {
      return field.kind === 'unit' || field.kind === 'choice' || field.kind === 'bool' ? `请选择：${field.words}。` : `请填写：${field.words}。`
    }
  }
  if (offer.step === 'callback' && values.reached === true && typeof values.solved !== 'boolean') return '联系上了的，请选“问题解决了”是还是否。'
  return ''
}

/** The fields as the server takes them: what was not filled in is left out. */
export function stepBody(offer: StepOffer, values: StepValues): Record<string, unknown> {
  const body: Record<string, unknown> = {}
  const unreached = offer.step === 'callback' && values.reached === false
  for (const { name } of offer.fields) {
    const value = values[name]
    if (value === '' || value === null || value === undefined) continue
    if (unreached && (name === 'solved' || name === 'satisfied' || name === 'in_time')) continue
    body[name] = typeof value === 'string' ? value.trim() : value
  }
  return body
}

/** Steps that end or undo something stand apart from the daily ones. */
const RARE = new Set(['merge', 'unmerge', 'split', 'cancel', 'withdraw', 'conceal', 'supervise', 'urge', 'note', 'reopen'])
export const isRare = (offer: StepOffer): boolean => RARE.has(offer.step)

/** The step that a person who came to work on this ticket most likely wants. */
export function firstStep(steps: StepOffer[], wanted: string[]): string {
  return wanted.find((name) => steps.some((one) => one.step === name)) ?? ''
}

export const percent = (rate: number | null): string => (rate === null ? '—' : `${Math.round(rate * 1000) / 10}%`)

/** What the citizen said when called back. */
export function outcomeWords(said: CallbackOutcome): string {
  const one = (is: boolean | null, yes: string, no: string): string[] => (is === null ? [] : [is ? yes : no])
  const all = [...one(said.solved, '已解决', '没有解决'), ...one(said.satisfied, '满意', '不满意'), ...one(said.in_time, '及时', '不及时')]
  return `${all.join('，')}${said.note ? `：${said.note}` : ''}`
}
