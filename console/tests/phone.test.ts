import { beforeEach, describe, expect, it } from 'vitest'

import { compare, figures, grade, gradeWords, readSample, type Sample } from '@/lib/quality'
import { keepDevices, keptDevices, micWords } from '@/lib/softphone'

const sample = (more: Partial<Sample>): Sample => ({ at: 0, received: 0, lost: 0, jitterMs: 2, rttMs: 20, outLoss: null, ...more })

describe('the network of a call', () => {
  it('is read from what the browser reports', () => {
    const read = readSample([
      { type: 'inbound-rtp', kind: 'audio', packetsReceived: 100, packetsLost: 2, jitter: 0.004 },
      { type: 'remote-inbound-rtp', fractionLost: 0.01 },
      { type: 'candidate-pair', nominated: false, currentRoundTripTime: 9 },
      { type: 'candidate-pair', nominated: true, currentRoundTripTime: 0.018 },
      { type: 'codec' },
    ], 5)
    expect(read).toEqual({ at: 5, received: 100, lost: 2, jitterMs: 4, rttMs: 18, outLoss: 0.01 })
  })

  it('is judged by what was lost since the last look, and by what the server misses', () => {
    expect(compare(sample({ received: 1000, lost: 50 }), sample({ at: 2000, received: 1100, lost: 50 })).lossPercent).toBe(0)
    expect(compare(sample({ received: 1000, lost: 0 }), sample({ at: 2000, received: 1090, lost: 10 })).lossPercent).toBe(10)
    expect(compare(null, sample({ received: 10, outLoss: 0.04 })).lossPercent).toBe(4)
  })

  it('is poor when nothing comes at all', () => {
    expect(compare(sample({ received: 100 }), sample({ at: 2000, received: 100 })).grade).toBe('poor')
  })

  it('has three grades', () => {
    expect([grade(20, 0, 3), grade(300, 0, 3), grade(20, 2, 3), grade(20, 0, 40), grade(700, 0, 3), grade(null, 8, 0)])
      .toEqual(['good', 'fair', 'fair', 'fair', 'poor', 'poor'])
  })

  it('is told in figures', () => {
    expect(figures({ grade: 'good', rttMs: 18.4, lossPercent: 0, jitterMs: 2.6 })).toBe('往返 18 毫秒，抖动 3 毫秒')
    expect(figures({ grade: 'fair', rttMs: null, lossPercent: 2.04, jitterMs: 0 })).toBe('往返 —，抖动 0 毫秒')
    expect(gradeWords({ grade: 'fair', rttMs: null, lossPercent: 2.04, jitterMs: 0 })).toBe('网络一般，丢包 2.0%')
  })
})

describe('devices', () => {
  beforeEach(() => localStorage.clear())

  it('are kept, and a broken note is no trouble', () => {
    expect(keptDevices()).toEqual({ microphone: '', speaker: '', cleaning: true })
    keepDevices({ microphone: 'a', speaker: 'b', cleaning: false })
    expect(keptDevices()).toEqual({ microphone: 'a', speaker: 'b', cleaning: false })
    localStorage.setItem('ms-devices', '{')
    expect(keptDevices().cleaning).toBe(true)
  })

  it('that are missing are told in words that say what to do', () => {
    expect(micWords(new DOMException('', 'NotAllowedError'))).toContain('允许')
    expect(micWords(new DOMException('', 'NotFoundError'))).toContain('插好耳麦')
    expect(micWords(Object.assign(new Error(''), { name: 'Unsupported' }))).toContain('https')
    expect(micWords('x')).toContain('话机')
  })
})
