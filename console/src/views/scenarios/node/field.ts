/** What every part of a node's form is given: the text it changes, read once, and the node in it. */

import type { Flow } from '@/lib/graph'
import type { Option } from '@/lib/words'
import { COMMON_SLOTS } from '@/lib/flow-edit'
import { isRecord } from '@/lib/graph'

export interface NodeForm {
  text: string
  id: string
  body: Record<string, unknown>
  slots: Record<string, unknown>
  flow: Flow
}

export const words = (value: unknown): string => (typeof value === 'string' || typeof value === 'number' ? String(value) : '')
export const list = (value: unknown): string[] => (Array.isArray(value) ? value.map(words) : [])

/** The nodes a way may lead to. */
export const targets = (form: NodeForm): Option[] =>
  form.flow.nodes.filter((one) => one.kind !== 'missing').map((one) => ({ value: one.id, label: one.text ? `${one.id}（${short(one.text)}）` : one.id }))

const short = (text: string): string => (text.length > 14 ? `${text.slice(0, 14)}…` : text)

/** The scenario's own questions, then those that every scenario shares. */
export function questions(form: NodeForm): Option[] {
  const own = Object.entries(form.slots).map(([name, slot]) => ({ value: name, label: (isRecord(slot) && words(slot.ask) ? short(words(slot.ask)) : '') || name }))
  const common = Object.entries(COMMON_SLOTS).filter(([name]) => !(name in form.slots)).map(([value, label]) => ({ value, label: `${label}（公共）` }))
  return [...own, ...common]
}

export function slotType(form: NodeForm, slot: string): string {
  const own = form.slots[slot]
  return isRecord(own) ? words(own.type) : slot
}

/** The values a question can take, by the words callers use for them. */
export function answersOf(form: NodeForm, slot: string): Option[] {
  const own = form.slots[slot]
  if (slotType(form, slot) === 'yes_no') return [{ value: 'yes', label: '是' }, { value: 'no', label: '不是' }]
  if (!isRecord(own) || !isRecord(own.options)) return []
  return Object.entries(own.options).map(([value, said]) => ({ value, label: list(said)[0] ?? value }))
}
