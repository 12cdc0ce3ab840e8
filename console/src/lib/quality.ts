/** How good a browser's connection is, from two looks at its statistics. Pure. */

export interface Sample {
  at: number
  received: number
  lost: number
  jitterMs: number
  rttMs: number | null
  /** Share of our own packets that the server misses, as it reports. */
  outLoss: number | null
}

export type Grade = 'good' | 'fair' | 'poor'

export interface Quality {
  grade: Grade
  rttMs: number | null
  lossPercent: number
  jitterMs: number
}

const number = (value: unknown): number => (typeof value === 'number' && Number.isFinite(value) ? value : 0)

/** What a report of `RTCPeerConnection.getStats` says about sound. */
export function readSample(report: Iterable<Record<string, unknown>>, at: number): Sample {
  const sample: Sample = { at, received: 0, lost: 0, jitterMs: 0, rttMs: null, outLoss: null }
  for (const one of report) {
    if (one.type === 'inbound-rtp' && one.kind === 'audio') {
      sample.received += number(one.packetsReceived)
      sample.lost += number(one.packetsLost)
      sample.jitterMs = Math.max(sample.jitterMs, number(one.jitter) * 1000)
    } else if (one.type === 'remote-inbound-rtp' && typeof one.fractionLost === 'number') {
      sample.outLoss = one.fractionLost
    } else if (one.type === 'candidate-pair' && one.nominated === true && typeof one.currentRoundTripTime === 'number') {
      sample.rttMs = one.currentRoundTripTime * 1000
    }
  }
  return sample
}

/** ITU-T G.114: 150 ms one way is good, 400 ms the end; G.711 with concealment bears about 3 % of loss. */
export function grade(rttMs: number | null, lossPercent: number, jitterMs: number): Grade {
  if ((rttMs ?? 0) > 600 || lossPercent > 5 || jitterMs > 80) return 'poor'
  if ((rttMs ?? 0) > 250 || lossPercent > 1.5 || jitterMs > 35) return 'fair'
  return 'good'
}

export function compare(before: Sample | null, now: Sample): Quality {
  const received = Math.max(0, now.received - (before?.received ?? 0))
  const lost = Math.max(0, now.lost - (before?.lost ?? 0))
  // Nothing at all since the last look, where there should be fifty packets a second, is loss of everything.
  const quiet = before !== null && received + lost === 0 && now.at - before.at >= 1000
  const heard = quiet ? 100 : received + lost === 0 ? 0 : (lost / (received + lost)) * 100
  const lossPercent = Math.max(heard, (now.outLoss ?? 0) * 100)
  return { grade: grade(now.rttMs, lossPercent, now.jitterMs), rttMs: now.rttMs, lossPercent, jitterMs: now.jitterMs }
}

const GRADE_WORDS: Record<Grade, string> = { good: '网络良好', fair: '网络一般', poor: '网络较差' }

/** What is lost, and the grade. */
export function gradeWords(quality: Quality): string {
  const loss = quality.lossPercent < 0.05 ? '0' : quality.lossPercent.toFixed(1)
  return `${GRADE_WORDS[quality.grade]}，丢包 ${loss}%`
}

export function figures(quality: Quality): string {
  const rtt = quality.rttMs === null ? '—' : `${Math.round(quality.rttMs)} 毫秒`
  return `往返 ${rtt}，抖动 ${Math.round(quality.jitterMs)} 毫秒`
}
