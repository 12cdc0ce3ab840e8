/** Who gets what, in words. */

import { percent } from './tickets'
import type { Duty, LessonReport, LessonRun } from '@/api/settings'
import type { Tone } from '@/lib/format'

export const DUTY: Record<Duty, string> = { department: '部门法定职责', town: '镇街职责', shared: '部门和镇街都可以' }
export const DUTY_OPTIONS = (Object.keys(DUTY) as Duty[]).map((value) => ({ value, label: DUTY[value] }))

export const sureWords = (confidence: number): string => `${Math.round(confidence * 100)}%`
export const sureTone = (confidence: number): Tone => (confidence >= 0.8 ? 'good' : confidence >= 0.5 ? 'accent' : 'warn')

export const LESSON: Record<LessonRun['state'], { words: string; tone: Tone }> = {
  running: { words: '正在学', tone: 'accent' },
  won: { words: '派得更准，已换上', tone: 'good' },
  lost: { words: '没有更准，仍用原来的', tone: 'plain' },
  failed: { words: '没有学完', tone: 'bad' },
}

const share = (part: number, whole: number): string => percent(whole ? part / whole : null)

/** How a training did, in one sentence that a person can decide by. */
export const lessonWords = (one: LessonReport): string =>
  `从 ${one.tickets} 件、${one.units} 家单位学；留出最近的 ${one.held_out} 件来考：派对的 ${share(one.before, one.held_out)} → ${share(one.after, one.held_out)}`

/** What sending by itself from a confidence would have done with the tickets held out. */
export const automaticWords = (one: LessonReport, at: number): string => {
  const line = one.automatic.find((row) => row.at === at)
  return line ? `自动派出 ${share(line.sent, one.held_out)}，其中派对 ${share(line.right, line.sent)}` : ''
}
