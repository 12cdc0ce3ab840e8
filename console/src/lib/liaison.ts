/** The figures and times of the liaison station, as tables show them. */

import type { Join, Member, Sums } from '@/api/liaison'
import type { SubTab } from '@/components/SubTabs.vue'
import type { Column } from './csv'
import { clock, dateTime } from './format'
import type { Tone } from './format'

export const STATION_TABS: SubTab[] = [
  { to: '/liaison', words: '我的联络站', needs: ['liaison_answer'] },
  { to: '/liaison/roster', words: '值班表', needs: ['roster_edit'] },
  { to: '/liaison/figures', words: '统计', needs: ['roster_edit'] },
]

export const OFFICES = ['区人大代表', '区政协委员', '党代表', '居委委员']

export const JOIN_STATES: Record<Join['state'], { words: string; tone: Tone }> = {
  asked: { words: '等您加入', tone: 'warn' }, joined: { words: '对话中', tone: 'accent' },
  declined: { words: '已婉拒', tone: 'plain' }, left: { words: '已离开', tone: 'plain' },
}

export const shown = (member: Member): string => `${member.office}${member.name}`

/** `11-24 09:00–11:30`; a turn that ends at midnight ends at 24:00. */
export function turn(from: number, until: number): string {
  const end = clock(until)
  return `${dateTime(from)}–${end === '00:00' ? '24:00' : end}`
}

export const hoursWords = (minutes: number): string => (minutes / 60).toFixed(1).replace(/\.0$/, '')

/** Minutes of a day as a field of the browser has them. */
export const toTime = (minutes: number): string => {
  const within = Math.min(minutes, 24 * 60 - 1)
  return `${String(Math.floor(within / 60)).padStart(2, '0')}:${String(within % 60).padStart(2, '0')}`
}

export function fromTime(text: string): number {
  const [hour = 0, minute = 0] = text.split(':').map(Number)
  return hour * 60 + minute
}

const SHARED: Column<Sums>[] = [
  { title: '参加对话', value: (row) => row.joined },
  { title: '跟进工单', value: (row) => row.followed },
  { title: '已办结', value: (row) => row.ended },
  { title: '按时办结', value: (row) => row.in_time },
  { title: '群众满意', value: (row) => row.satisfied },
]
export const BY_MEMBER: Column<Sums>[] = [
  { title: '成员', value: (row) => row.name },
  { title: '值班班次', value: (row) => row.shifts },
  { title: '值班小时', value: (row) => hoursWords(row.minutes) },
  ...SHARED,
]
export const BY_TOPIC: Column<Sums>[] = [{ title: '领域', value: (row) => row.name }, ...SHARED]

/** How a followed ticket ended: one that was cancelled or withdrawn was neither in time nor late. */
export const endedWords = (inTime: boolean, state: string): string => {
  if (state !== 'archived') return '没有答复就结束了'
  return inTime ? '按时办结' : '已办结，超过时限'
}
