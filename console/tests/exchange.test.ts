import { describe, expect, it } from 'vitest'

import { countWords, referenceOf } from '@/lib/exchange'

describe('the exchange in words', () => {
  it('tells what a message is about and whom it goes to', () => {
    const payload = JSON.stringify({ number: 'YZ1', event: 'replied', hook: null })
    expect(referenceOf({ topic: 'exchange.push', payload }, '省平台')).toEqual({ number: 'YZ1', event: '答复', to: '省平台' })
    const hook = JSON.stringify({ number: 'YZ2', event: 'new_thing', hook: 'analysis' })
    expect(referenceOf({ topic: 'exchange.hook', payload: hook }, '省平台')).toEqual({ number: 'YZ2', event: 'new_thing', to: 'analysis' })
    expect(referenceOf({ topic: 'exchange.push', payload: '{' }, '省平台')).toEqual({ number: '', event: '', to: '省平台' })
  })

  it('counts by direction and kind', () => {
    expect(countWords('out ticket')).toBe('发出工单')
    expect(countWords('in attachment')).toBe('收到附件')
  })
})
