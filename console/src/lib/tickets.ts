/** What the states of a ticket mean to the console. The words always come from the server. */

import type { Tone } from './format'
import type { Option } from './words'

export const STATE_OPTIONS: Option[] = [
  { value: 'registered', label: '待派单' },
  { value: 'dispatched', label: '办理中' },
  { value: 'replied', label: '已答复' },
  { value: 'archived', label: '已归档' },
  { value: 'cancelled', label: '已撤销' },
]

export const DUE_OPTIONS: Option[] = [
  { value: 'overdue', label: '已超期' },
  { value: 'today', label: '今天到期' },
]

export const isDone = (state: string): boolean => state === 'archived' || state === 'cancelled'

export function ticketTone(state: string): Tone {
  if (state === 'registered') return 'warn'
  if (state === 'dispatched') return 'accent'
  if (state === 'replied') return 'good'
  return 'plain'
}

export const canDispatch = (state: string): boolean => state === 'registered' || state === 'dispatched' || state === 'replied'
export const canReply = (state: string): boolean => state === 'registered' || state === 'dispatched'
export const canArchive = (state: string): boolean => state === 'replied'
