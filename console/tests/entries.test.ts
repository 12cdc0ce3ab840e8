import { describe, expect, it } from 'vitest'

import type { EntryBody } from '@/api/types'
import { clauseState, diffEntry, emptyClause, emptyEntry, inspect, isDay, tidy } from '@/lib/entries'

const sound = (): EntryBody => ({
  ...emptyEntry(), id: 'gjj-zufang', title: '租房提取', domain: '公积金', answer: '可以。', questions: ['一', '二', '三', '四'], tests: ['五', '六'],
  clauses: [{ ...emptyClause([]), text: '条文', source: '条例', in_force_from: '2026-09-20' }],
})

describe('an entry', () => {
  it('that is whole has no findings', () => expect(inspect(sound())).toEqual([]))

  it('is told what must be mended', () => {
    const must = (change: Partial<EntryBody>): string[] => inspect({ ...sound(), ...change }).filter((one) => one.must).map((one) => one.field)
    expect(must({ id: '租房' })).toEqual(['id'])
    expect(must({ answer: '字'.repeat(301) })).toEqual(['answer'])
    expect(must({ clauses: [] })).toEqual(['clauses'])
    const clause = sound().clauses[0]!
    expect(must({ clauses: [clause, clause] })).toEqual(['clauses'])
    expect(must({ clauses: [{ ...clause, in_force_until: '2026-01-01' }] })).toEqual(['clauses'])
    expect(must({ clauses: [{ ...clause, in_force_from: '2026-13-01' }] })).toEqual(['clauses'])
  })

  it('is advised on questions that only repeat', () => {
    expect(inspect({ ...sound(), tests: ['一', '七'] }).map((one) => one.words)).toEqual(['测试问题“一”和问法一样，换个说法才有用'])
  })

  it('is sent without empty fields', () => {
    const clause = tidy(sound()).clauses[0]
    expect(clause).toEqual({ id: '1', text: '条文', source: '条例', local: false, in_force_from: '2026-09-20' })
  })

  it('numbers a new clause after the highest', () => {
    expect(emptyClause([{ ...emptyClause([]), id: '7' }]).id).toBe('8')
  })

  it('shows which fields two revisions differ in', () => {
    const after = { ...sound(), answer: '不可以。', clauses: [...sound().clauses, { ...emptyClause([]), id: '2', text: '新增', source: '条例' }] }
    expect(diffEntry(sound(), after).map((one) => one.label)).toEqual(['答案', '依据 2'])
    expect(diffEntry(sound(), sound())).toEqual([])
  })
})

it('knows on which days a clause holds, both ends included', () => {
  const clause = { ...emptyClause([]), in_force_from: '2026-01-01', in_force_until: '2026-12-31' }
  expect(['2025-12-31', '2026-01-01', '2026-12-31', '2027-01-01'].map((day) => clauseState(clause, day).words)).toEqual(['还没施行', '今天有效', '今天有效', '已失效'])
})

it('knows days that exist', () => {
  expect([isDay('2026-02-28'), isDay('2026-02-30'), isDay('2026-2-3'), isDay('')]).toEqual([true, false, false, false])
})
