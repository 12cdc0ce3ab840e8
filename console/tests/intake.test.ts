import { describe, expect, it } from 'vitest'

import { type Desk, fatesOf, joinBefore, joinEntry, leaveOut, ontoEntry, reasoned, splitEntry, takeApart, takeIn } from '@/lib/intake'

const clause = (text: string, ...paragraphs: number[]) => ({ place: '第三条', text, paragraphs, above: [0], replaces: null })
const desk: Desk = {
  paragraphs: ['办法', '第二条 每月100元。', '（一）身份证；', '（二）户口本。', '2026年1月1日'].map((text, at) => ({ text, left_out: at === 4 ? '落款或日期' : '' })),
  entries: [{
    id: 'a', title: '办法', answer: '', questions: [], onto: null, draft: null,
    clauses: [clause('第二条 每月100元。', 1), clause('应当提交：（一）身份证；', 2), clause('应当提交：（二）户口本。', 3)],
  }],
}
const accounted = (one: Desk) => fatesOf(one).every((fate, at) => (fate === 'left_out') === (one.paragraphs[at]?.left_out !== ''))

describe('a document on the desk', () => {
  it('derives fates from clauses', () => {
    expect(fatesOf(desk)).toEqual(['merged', 'used', 'used', 'used', 'left_out'])
    expect(accounted(desk)).toBe(true)
  })
  it('gives a reason to what is left out, and takes it back', () => {
    const out = leaveOut(desk, 0, 0)
    expect(out.paragraphs[1]?.left_out).not.toBe('')
    expect(accounted(out)).toBe(true)
    const back = takeIn(reasoned(out, 1, '过时作废'), 1, 0)
    expect(back.entries[0]?.clauses.map((one) => one.paragraphs[0])).toEqual([1, 2, 3])
    expect(accounted(back)).toBe(true)
  })
  it('joins clauses with one lead-in and takes them apart', () => {
    const joined = joinBefore(desk, 0, 2)
    expect(joined.entries[0]?.clauses[1]?.text).toBe('应当提交：（一）身份证；（二）户口本。')
    expect(accounted(joined)).toBe(true)
    const apart = takeApart(joined, 0, 1)
    expect(apart.entries[0]?.clauses).toHaveLength(3)
    expect(accounted(apart)).toBe(true)
  })
  it('splits and joins entries without losing a clause', () => {
    const split = splitEntry(desk, 0, 1)
    expect(split.entries.map((one) => [one.id, one.clauses.length])).toEqual([['a', 1], ['a-2', 2]])
    expect(joinEntry(split, 1).entries[0]?.clauses).toHaveLength(3)
  })
  it('makes an entry a change to one in use', () => {
    const like = { kind: 'contradiction' as const, entry_id: 'x', title: '', clause_id: '7', text: '', source: '', new: [], old: [] }
    const onto = ontoEntry(desk, 0, 0, like)
    expect([onto.entries[0]?.onto, onto.entries[0]?.clauses[0]?.replaces]).toEqual(['x', '7'])
    expect(ontoEntry(onto, 0, 0, null).entries[0]?.clauses[0]?.replaces).toBeNull()
  })
})
