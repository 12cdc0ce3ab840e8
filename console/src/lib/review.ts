/** Drafts and upkeep in words: what state, whose, what may be done. */

import type { DraftFull } from '@/api/types'
import type { Tone } from './format'

const STATES: Record<string, { tone: Tone; words: string }> = {
  draft: { tone: 'plain', words: '起草中' },
  review: { tone: 'warn', words: '待审核' },
  scheduled: { tone: 'accent', words: '等定时发布' },
  published: { tone: 'good', words: '已发布' },
  dropped: { tone: 'plain', words: '已放弃' },
}

export const draftState = (state: string): { tone: Tone; words: string } => STATES[state] ?? { tone: 'plain', words: state }

export const isOpen = (state: string): boolean => state === 'draft' || state === 'review' || state === 'scheduled'

/** Who, from one's own side. */
export const whose = (key: string | null | undefined, me: string | undefined): string =>
  !key ? '' : key === `staff:${me}` ? '我' : key.startsWith('staff:') ? '同事' : '系统'

export interface Allowed {
  edit: boolean
  submit: boolean
  review: boolean
  /** Why not, where somebody might expect to review. */
  whyNot: string
}

/** What this person may do with a draft now; the server decides in the end. */
export function allowed(draft: Pick<DraftFull, 'state' | 'author'>, me: string | undefined, mayPublish: boolean): Allowed {
  const waits = draft.state === 'review' || draft.state === 'scheduled'
  const own = draft.author === `staff:${me}`
  return {
    edit: isOpen(draft.state),
    submit: draft.state === 'draft',
    review: waits && mayPublish && !own,
    whyNot: waits && own ? '自己写的内容要由另一位同事审核。' : '',
  }
}

/** A moment as an input of type datetime-local gives it, in China's time. */
export function momentOf(text: string): number | null {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}$/.test(text)) return null
  const at = Date.parse(`${text}:00+08:00`)
  return Number.isNaN(at) ? null : at * 1000
}

const WHY: Record<string, string> = { unanswered: '没答上', low_rated: '评价低', handed_over: '仍转人工' }

export const whyWords = (why: Record<string, number>): string =>
  Object.entries(why).map(([one, times]) => `${WHY[one] ?? one} ${times}`).join('　')

/** A duration in hours as a person says it. */
export function hoursWords(hours: number | null | undefined): string {
  if (hours === null || hours === undefined) return '—'
  if (hours < 1) return `${Math.round(hours * 60)} 分钟`
  if (hours < 48) return `${Math.round(hours * 10) / 10} 小时`
  return `${Math.round((hours / 24) * 10) / 10} 天`
}
