import { describe, expect, it } from 'vitest'

import { certainty, clock, dateTime, share, span, timer, validity, when } from '@/lib/format'

const at = (iso: string): number => Date.parse(iso) * 1000

describe('times', () => {
  it('are those of China, wherever the computer is', () => {
    expect(clock(at('2026-11-22T16:30:00Z'))).toBe('00:30')
    expect(dateTime(at('2026-11-22T16:30:00Z'))).toBe('2026-11-23 00:30')
    expect(dateTime(null)).toBe('')
  })

  it('name the near days', () => {
    const now = at('2026-11-23T02:00:00Z')
    expect(when(at('2026-11-23T01:00:00Z'), now)).toBe('今天 09:00')
    expect(when(at('2026-11-22T15:59:00Z'), now)).toBe('昨天 23:59')
    expect(when(at('2026-11-24T01:00:00Z'), now)).toBe('明天 09:00')
    expect(when(at('2026-03-01T01:00:00Z'), now)).toBe('03-01 09:00')
    expect(when(at('2025-12-31T01:00:00Z'), now)).toBe('2025-12-31 09:00')
  })
})

describe('spans', () => {
  it('run as a timer', () => {
    expect([timer(-3), timer(42), timer(725), timer(3753)]).toEqual(['0:00', '0:42', '12:05', '1:02:33'])
  })

  it('are told in the two largest units', () => {
    expect([span(42), span(95), span(720), span(12_000), span(187_200), span(172_800)]).toEqual(['42秒', '1分35秒', '12分', '3小时20分', '2天4小时', '2天'])
  })
})

it('says nothing of a share of nothing', () => {
  expect([share(1, 3), share(1, 1), share(0, 0)]).toEqual(['33.3%', '100%', '—'])
})

it('puts certainty and validity into words', () => {
  expect([certainty(0.9).words, certainty(0.6).words, certainty(0.2).words]).toEqual(['很相关', '较相关', '仅供参考'])
  expect(validity('2026-09-20', null)).toBe('2026-09-20 起施行')
  expect(validity('2026-01-01', '2026-12-31')).toBe('2026-01-01 至 2026-12-31 有效')
  expect(validity(null, undefined)).toBe('')
})
