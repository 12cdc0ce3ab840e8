import { describe, expect, it } from 'vitest'

import { automaticWords, lessonWords } from '@/lib/dispatch'
import { faultOf, lead, minutesOf, months, timeWords } from '@/lib/workdays'

const year = (holidays: { name: string; from: string; to: string; work?: string[] }[]) => ({ year: 2026, notice: '', holidays })

describe('working days', () => {
  const spring = year([{ name: '春节', from: '2026-02-15', to: '2026-02-23', work: ['2026-02-14', '2026-02-28'] }])

  it('tells days off, weekend days worked and plain weekends', () => {
    const all = months([spring], 2026)
    const sort = (date: string) => all.flat().find((day) => day.date === date)?.sort
    expect(all.flat()).toHaveLength(365)
    expect(['2026-02-13', '2026-02-14', '2026-02-15', '2026-02-23', '2026-02-24', '2026-02-28', '2026-03-01'].map(sort))
      .toEqual(['work', 'shift', 'off', 'off', 'work', 'shift', 'weekend'])
  })

  it('begins weeks on Monday', () => {
    // 2026-01-01 is a Thursday, 2026-02-01 a Sunday.
    expect(months([], 2026).slice(0, 2).map(lead)).toEqual([3, 6])
  })

  it('names what cannot be meant', () => {
    expect(faultOf(spring)).toBe('')
    expect(faultOf(year([{ name: '元旦', from: '', to: '2026-01-01' }]))).toContain('不是日期')
    expect(faultOf(year([{ name: '元旦', from: '2026-02-30', to: '2026-03-01' }]))).toContain('2026-02-30')
    expect(faultOf(year([{ name: '元旦', from: '2026-01-03', to: '2026-01-01' }]))).toContain('早于')
    expect(faultOf(year([{ name: '元旦', from: '2026-01-01', to: '2026-01-01', work: ['2026-01-05'] }]))).toContain('不是周末')
    expect(faultOf(year([{ name: '', from: '2026-01-01', to: '2026-01-01' }]))).toContain('没有名称')
  })

  it('reads and writes times of day', () => {
    expect(minutesOf('08:30')).toBe(510)
    expect(timeWords(1050)).toBe('17:30')
  })
})

describe('what closed tickets taught', () => {
  const report = { tickets: 400, units: 4, held_out: 100, before: 50, after: 90, automatic: [{ at: 0.8, sent: 40, right: 39 }, { at: 0.9, sent: 0, right: 0 }] }

  it('is told in shares a person can decide by', () => {
    expect(lessonWords(report)).toContain('50% → 90%')
    expect(automaticWords(report, 0.8)).toBe('自动派出 40%，其中派对 97.5%')
    expect(automaticWords(report, 0.9)).toBe('自动派出 0%，其中派对 —')
    expect(automaticWords(report, 0.7)).toBe('')
  })
})
