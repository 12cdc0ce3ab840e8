import { describe, expect, it } from 'vitest'

import type { StepOffer } from '@/api/types'
import { byUrgency, emptyValues, firstStep, flagsOf, isRare, lacking, lightTone, percent, stepBody } from '@/lib/tickets'

const callback: StepOffer = {
  step: 'callback', words: '登记回访', fields: [
    { name: 'reached', words: '联系上了', kind: 'bool', required: true }, { name: 'solved', words: '问题解决了', kind: 'bool', required: false },
    { name: 'satisfied', words: '对办理满意', kind: 'bool', required: false }, { name: 'note', words: '群众怎么说', kind: 'long', required: false },
  ],
}
const dispatch: StepOffer = {
  step: 'dispatch', words: '派单', fields: [
    { name: 'unit', words: '主办单位', kind: 'unit', required: true }, { name: 'co_units', words: '协办单位', kind: 'units', required: false },
    { name: 'note', words: '派单说明', kind: 'long', required: true }, { name: 'forced', words: '强制指定', kind: 'bool', required: false },
  ],
}
const split: StepOffer = { step: 'split', words: '拆分', fields: [{ name: 'parts', words: '拆成哪几件事', kind: 'parts', required: true }] }

describe('the form of a step', () => {
  it('assumes no answer of the citizen', () => {
    const values = emptyValues(callback)
    expect(values.solved).toBeNull()
    expect(lacking(callback, values)).toContain('联系上了')
    expect(lacking(callback, { ...values, reached: true })).toContain('问题解决了')
    expect(lacking(callback, { ...values, reached: true, solved: false })).toBe('')
    expect(lacking(callback, { ...values, reached: false })).toBe('')
  })

  it('sends no answers of somebody who was not reached', () => {
    expect(stepBody(callback, { reached: false, solved: true, satisfied: true, note: ' 没人接 ' })).toEqual({ reached: false, note: '没人接' })
    expect(stepBody(callback, { reached: true, solved: true, satisfied: null, note: '' })).toEqual({ reached: true, solved: true })
  })

  it('names what is missing, and leaves out what was not filled in', () => {
    expect(lacking(dispatch, emptyValues(dispatch))).toBe('请选择：主办单位。')
    expect(lacking(dispatch, { ...emptyValues(dispatch), unit: 'zhifa', note: '  ' })).toBe('请填写：派单说明。')
    expect(stepBody(dispatch, { unit: 'zhifa', co_units: ['huanbao'], note: '请办', forced: false })).toEqual(
      { unit: 'zhifa', co_units: ['huanbao'], note: '请办', forced: false })
  })

  it('wants every part of a split whole', () => {
    const values = emptyValues(split)
    expect(lacking(split, values)).not.toBe('')
    expect(lacking(split, { parts: [{ title: '路灯', words: '不亮' }, { title: '井盖', words: '' }] })).not.toBe('')
    expect(lacking(split, { parts: [{ title: '路灯', words: '不亮' }] })).toBe('')
  })
})

describe('a queue of work', () => {
  it('puts the urgent first, then what is owed first, then what owes nothing', () => {
    const row = (urgency: string, next_us: number | null) => ({ urgency, next_us })
    expect(byUrgency([row('normal', null), row('normal', 2), row('urgent', 9), row('normal', 1)])).toEqual(
      [row('urgent', 9), row('normal', 1), row('normal', 2), row('normal', null)])
  })

  it('opens the step a person came for, if the server offers it', () => {
    expect(firstStep([dispatch], ['accept', 'dispatch'])).toBe('dispatch')
    expect(firstStep([dispatch], ['accept'])).toBe('')
    expect([isRare(dispatch), isRare(split)]).toEqual([false, true])
  })

  it('says its marks, clocks and shares in words', () => {
    expect(flagsOf(['supervised', 'new'])).toEqual([{ words: '督办', tone: 'bad' }, { words: 'new', tone: 'plain' }])
    expect([lightTone('red'), lightTone('paused')]).toEqual(['bad', 'plain'])
    expect([percent(0.875), percent(null)]).toEqual(['87.5%', '—'])
  })
})
