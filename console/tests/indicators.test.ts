import { describe, expect, it } from 'vitest'

import { monthAfter, monthOf, monthSpan } from '@/lib/indicators'
import { dateTime } from '@/lib/format'
import { outcomeWords } from '@/lib/tickets'

describe('months', () => {
  it('follow each other over the year', () => {
    expect([monthAfter('2026-11', 1), monthAfter('2026-12', 1), monthAfter('2026-01', -1), monthAfter('2026-01', -13)]).toEqual(
      ['2026-12', '2027-01', '2025-12', '2024-12'])
  })

  it('begin and end at midnight in China', () => {
    const [from, to] = monthSpan('2026-11')
    expect([dateTime(from), dateTime(to)]).toEqual(['2026-11-01 00:00', '2026-12-01 00:00'])
    expect([monthOf(from), monthOf(to - 1), monthOf(to)]).toEqual(['2026-11', '2026-11', '2026-12'])
  })
})

describe('what a citizen said', () => {
  it('is told as far as it was said', () => {
    expect(outcomeWords({ reached: true, solved: false, satisfied: null, in_time: true, note: '还是不亮' })).toBe('没有解决，及时：还是不亮')
  })
})
