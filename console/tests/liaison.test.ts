import { describe, expect, it } from 'vitest'

import { BY_MEMBER, BY_TOPIC, endedWords, fromTime, hoursWords, toTime } from '@/lib/liaison'

describe('the liaison station', () => {
  it('shows times of a day as the browser has them', () => {
    expect(toTime(9 * 60)).toBe('09:00')
    expect(toTime(24 * 60)).toBe('23:59')
    expect(fromTime('17:30')).toBe(17 * 60 + 30)
  })

  it('tells how a followed ticket ended, and calls a cancelled one neither in time nor late', () => {
    expect(endedWords(true, 'archived')).toBe('按时办结')
    expect(endedWords(false, 'archived')).toBe('已办结，超过时限')
    expect(endedWords(false, 'cancelled')).toBe('没有答复就结束了')
  })

  it('tells hours of duty without needless digits', () => {
    expect([hoursWords(480), hoursWords(150)]).toEqual(['8', '2.5'])
  })

  it('gives members and topics the same figures', () => {
    const row = { name: '甲', shifts: 2, minutes: 90, joined: 1, followed: 3, ended: 2, in_time: 1, satisfied: 1 }
    expect(BY_MEMBER.map((column) => column.value(row))).toEqual(['甲', 2, '1.5', 1, 3, 2, 1, 1])
    expect(BY_TOPIC.map((column) => column.value(row))).toEqual(['甲', 1, 3, 2, 1, 1])
  })
})
