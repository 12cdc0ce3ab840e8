import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'

import { LiveStream, type LiveSource, type LiveStatus } from '@/lib/live'

class Source implements LiveSource {
  onopen: ((event: Event) => void) | null = null
  onerror: ((event: Event) => void) | null = null
  closed = false
  listeners = new Map<string, (event: MessageEvent<string>) => void>()
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void { this.listeners.set(name, listener) }
  close(): void { this.closed = true }
  say(name: string, data: string): void { this.listeners.get(name)?.({ data } as MessageEvent<string>) }
}

describe('a live stream', () => {
  const sources: Source[] = []
  const states: LiveStatus[] = []
  const heard: unknown[] = []
  let opened = 0
  let stream: LiveStream

  beforeEach(() => {
    vi.useFakeTimers()
    sources.length = states.length = heard.length = 0
    opened = 0
    stream = new LiveStream({
      url: '/x', handlers: { desk: (data) => heard.push(data) }, onOpen: () => { opened += 1 }, onStatus: (status) => states.push(status),
      connect: () => { const source = new Source(); sources.push(source); return source },
    })
  })
  afterEach(() => {
    stream.close()
    vi.useRealTimers()
  })

  const last = (): Source => sources[sources.length - 1]!
  const open = (): void => last().onopen?.(new Event('open'))
  const fail = (): void => last().onerror?.(new Event('error'))

  it('hands on what it hears and passes over what is not JSON', () => {
    open()
    last().say('desk', '{"a":1}')
    last().say('desk', 'broken')
    expect(heard).toEqual([{ a: 1 }])
  })

  it('comes back after a failure and reads again what it missed', () => {
    open()
    fail()
    expect(states.at(-1)).toBe('lost')
    vi.advanceTimersByTime(500)
    expect(sources).toHaveLength(2)
    open()
    expect(opened).toBe(2)
    expect(states.at(-1)).toBe('open')
  })

  it('waits longer each time, and not for ever', () => {
    for (const pause of [500, 1000, 2000, 4000, 8000, 15000, 15000]) {
      const before = sources.length
      fail()
      vi.advanceTimersByTime(pause - 1)
      expect(sources).toHaveLength(before)
      vi.advanceTimersByTime(1)
      expect(sources).toHaveLength(before + 1)
    }
  })

  it('can be told to try at once', () => {
    fail()
    stream.retry()
    expect(sources).toHaveLength(2)
    vi.advanceTimersByTime(60_000)
    expect(sources).toHaveLength(2)
  })

  it('stays closed', () => {
    stream.close()
    fail()
    vi.advanceTimersByTime(60_000)
    expect(sources).toHaveLength(1)
    expect(sources[0]!.closed).toBe(true)
  })
})
