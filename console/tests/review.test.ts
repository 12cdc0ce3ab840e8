import { describe, expect, it } from 'vitest'

import { allowed, hoursWords, momentOf, whose, whyWords } from '@/lib/review'

describe('review', () => {
  it('lets nobody pass their own words', () => {
    expect(allowed({ state: 'review', author: 'staff:a' }, 'a', true)).toMatchObject({ review: false, whyNot: '自己写的内容要由另一位同事审核。' })
    expect(allowed({ state: 'review', author: 'staff:b' }, 'a', true).review).toBe(true)
    expect(allowed({ state: 'review', author: 'staff:b' }, 'a', false).review).toBe(false)
    expect(allowed({ state: 'published', author: 'staff:b' }, 'a', true)).toMatchObject({ edit: false, submit: false, review: false })
  })

  it('reads moments in China’s time and refuses what is none', () => {
    expect(momentOf('2026-09-20T08:30')).toBe(Date.parse('2026-09-20T00:30:00Z') * 1000)
    expect(momentOf('2026-9-20')).toBeNull()
  })

  it('says who, why and how long', () => {
    expect([whose('staff:a', 'a'), whose('staff:b', 'a'), whose('system:knowledge', 'a'), whose(null, 'a')]).toEqual(['我', '同事', '系统', ''])
    expect(whyWords({ unanswered: 3, low_rated: 1 })).toBe('没答上 3　评价低 1')
    expect([hoursWords(0.5), hoursWords(9.96), hoursWords(72), hoursWords(null)]).toEqual(['30 分钟', '10 小时', '3 天', '—'])
  })
})
