/** The wallboard's figures, each with its formula in words so that anyone can recount it. */

import type { Supervision } from '@/api/types'
import { count, share, span, type Tone } from './format'

export interface Figure {
  name: string
  value: string
  target: string
  tone: Tone
  /** Better, as asked, or short of the target: in words. */
  verdict: string
  formula: string
}

const judge = (part: number, whole: number, target: number): { tone: Tone; verdict: string } => {
  if (whole <= 0) return { tone: 'plain', verdict: '还没有数据' }
  return part / whole >= target ? { tone: 'good', verdict: '达标' } : { tone: 'bad', verdict: '未达标' }
}

const percent = (value: number): string => `${Math.round(value * 100)}%`

export function figures(view: Supervision): Figure[] {
  const { today, targets } = view
  const asked = today.handed_over + today.callbacks + today.abandoned
  const ended = today.answered_by_bot + asked + today.tickets
  const online = today.answered_by_bot + today.handed_over
  const late = today.longest_wait_secs > targets.answer_secs
  const ready = view.agents.filter((one) => one.state === 'ready').length
  return [
    {
      name: '现在排队', value: count(today.waiting_now), target: `${ready} 名座席空闲`,
      tone: today.waiting_now === 0 ? 'good' : ready === 0 ? 'bad' : 'warn',
      verdict: today.waiting_now === 0 ? '没有人等' : ready === 0 ? '没有空闲座席' : '正在分配', formula: '所有队列此刻等人工的人数',
    },
    {
      name: '最久等待', value: today.waiting_now ? span(today.longest_wait_secs) : '0秒', target: `目标 ${targets.answer_secs} 秒内`,
      tone: late && today.waiting_now ? 'bad' : 'good', verdict: late && today.waiting_now ? '已超时' : '正常', formula: '正在排队的人里等得最久的',
    },
    {
      name: '今日接通率', value: share(today.handed_over, asked), target: `目标 ${percent(targets.connection)}`,
      ...judge(today.handed_over, asked, targets.connection), formula: '人工接待 ÷（人工接待 + 约定回电 + 中途离开）',
    },
    {
      name: '今日在线答复率', value: share(online, ended), target: `目标 ${percent(targets.online_answer)}`,
      ...judge(online, ended, targets.online_answer), formula: '（机器人答复 + 人工接待）÷ 已有结果的会话',
    },
    {
      name: '今日会话', value: count(today.contacts), target: `机器人答复 ${count(today.answered_by_bot)}`, tone: 'plain',
      verdict: `人工 ${count(today.handed_over)}`, formula: '今天 0 时起开始的会话',
    },
    {
      name: '今日工单', value: count(today.tickets), target: `约定回电 ${count(today.callbacks)}`, tone: today.abandoned ? 'warn' : 'plain',
      verdict: `中途离开 ${count(today.abandoned)}`, formula: '今天以工单收尾的会话',
    },
  ]
}
