import { describe, expect, it } from 'vitest'

import type { Contest, Drift } from '@/api/learning'
import { contestWords, movedWords, needsLook, wordsOf } from '@/lib/learning'

const tasks = [{ task: 'request_kind', words: '诉求类型', choices: [{ label: 'help', words: '求助' }, { label: 'complaint', words: '投诉' }] }]
const contest: Contest = {
  champion: 0.5, challenger: 0.75, ours_before: 0.9, ours_after: 0.9, found_before: null, found_after: null, held_out: 12, version: 2,
}
const drift: Drift = {
  verdict: 'shifted', recent: 300, before: 900, index: 0.4, sure: [0.8, 0.9], corrected: [1, 2], moved: [['complaint', 0.3, 0.6], ['help', 0.2, 0.205]],
}

describe('what training found', () => {
  it('is told with both sides, and with what is found where that matters', () => {
    expect(contestWords(contest)).toContain('12 句：50% → 75%')
    expect(contestWords(contest)).not.toContain('该听出来的')
    expect(contestWords({ ...contest, found_before: 0.98, found_after: 0.97 })).toContain('该听出来的 98% → 97%')
  })
})

describe('drift', () => {
  it('names what moved, and not what hardly did', () => {
    expect(movedWords(tasks, 'request_kind', drift)).toBe('投诉 30% → 60%')
    expect(needsLook(drift)).toBe(true)
    expect(needsLook({ ...drift, verdict: 'few' })).toBe(false)
  })

  it('shows a label without words as it stands', () => {
    expect([wordsOf(tasks, 'request_kind', 'help'), wordsOf(tasks, 'request_kind', '新的'), wordsOf(tasks, 'x', null)]).toEqual(['求助', '新的', ''])
  })
})
