import { mount } from './mount'
import { describe, expect, it, vi } from 'vitest'
import { computed, nextTick, ref } from 'vue'
import { createMemoryHistory, createRouter } from 'vue-router'

import { useAlarm, soundOn } from '@/composables/useAlarm'
import { fromQuery, toQuery, useFilters } from '@/composables/useFilters'
import { useAction, useLoad } from '@/composables/useLoad'
import { chord, useShortcuts } from '@/composables/useShortcuts'
import { figures } from '@/lib/figures'

const DEFAULTS = { q: '', state: '', page: '1' }

describe('filters', () => {
  it('say in the address only what differs', () => {
    expect(toQuery(DEFAULTS, { q: '路灯', state: '', page: '1' })).toEqual({ q: '路灯' })
    expect(fromQuery(DEFAULTS, { q: ['甲', '乙'], other: 'x', state: null })).toEqual({ q: '甲', state: '', page: '1' })
  })

  it('follow the address and go back to page one on a change', async () => {
    const router = createRouter({ history: createMemoryHistory(), routes: [{ path: '/', name: 'list', component: {} }] })
    await router.push('/?page=3&q=x')
    const changed = vi.fn()
    const { result, unmount } = mount(() => useFilters(DEFAULTS, changed), router)
    expect(result.filters).toEqual({ q: 'x', state: '', page: '3' })
    result.apply({ state: 'replied' })
    await vi.waitFor(() => expect(router.currentRoute.value.query).toEqual({ q: 'x', state: 'replied' }))
    expect(changed).toHaveBeenCalledOnce()
    await router.push('/?q=y')
    await vi.waitFor(() => expect(result.filters.q).toBe('y'))
    expect(result.filters.state).toBe('')
    unmount()
  })
})

describe('reading', () => {
  it('takes the newest answer, not the slowest', async () => {
    const answers: ((value: string) => void)[] = []
    const { result, unmount } = mount(() => useLoad(() => new Promise<string>((done) => { answers.push(done) })))
    const first = result.load()
    const second = result.load()
    answers[1]!('新')
    answers[0]!('旧')
    await Promise.all([first, second])
    expect(result.data.value).toBe('新')
    expect(result.loading.value).toBe(false)
    unmount()
  })

  it('runs one action at a time', async () => {
    const { busy, error, run } = useAction()
    let end = (): void => undefined
    const slow = run(() => new Promise((done) => { end = done }))
    expect(busy.value).toBe(true)
    expect(await run(() => Promise.resolve())).toBe(false)
    end()
    expect(await slow).toBe(true)
    await run(() => Promise.reject(new Error('x')))
    expect(error.value).toContain('刷新')
  })
})

describe('keys', () => {
  it('are named as on the buttons', () => {
    expect(chord(new KeyboardEvent('keydown', { key: 'Enter', ctrlKey: true }))).toBe('Ctrl+Enter')
    expect(chord(new KeyboardEvent('keydown', { key: '¡', code: 'Digit1', altKey: true }))).toBe('Alt+1')
    expect(chord(new KeyboardEvent('keydown', { key: 'F2' }))).toBe('F2')
    expect(chord(new KeyboardEvent('keydown', { key: 's', metaKey: true }))).toBe('Ctrl+S')
  })

  it('work everywhere, single characters not where somebody types, and no longer once the page is left', () => {
    const f2 = vi.fn()
    const slash = vi.fn()
    const { unmount } = mount(() => useShortcuts({ F2: f2, '/': slash }))
    const input = document.body.appendChild(document.createElement('input'))
    const press = (target: EventTarget, key: string): boolean => target.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }))
    press(input, 'F2')
    press(input, '/')
    press(document.body, '/')
    expect([f2.mock.calls.length, slash.mock.calls.length]).toEqual([1, 1])
    unmount()
    press(document.body, 'F2')
    expect(f2).toHaveBeenCalledOnce()
  })
})

it('flashes the title while something rings, and no longer', async () => {
  soundOn.value = false
  document.title = '座席'
  const words = ref('新会话')
  const { unmount } = mount(() => useAlarm(computed(() => words.value)))
  expect(document.title).toBe('【新会话】')
  words.value = ''
  await nextTick()
  expect(document.title).toBe('座席')
  unmount()
})

it('judges figures against their targets and says so in words', () => {
  const today = { contacts: 10, answered_by_bot: 6, handed_over: 3, tickets: 0, callbacks: 0, abandoned: 1, waiting_now: 2, longest_wait_secs: 40 }
  const view = { queues: [], agents: [], targets: { answer_secs: 15, connection: 0.9, online_answer: 0.8 }, today }
  expect(figures(view).map((one) => [one.value, one.verdict])).toEqual([
    ['2', '没有空闲座席'], ['40秒', '已超时'], ['75%', '未达标'], ['90%', '达标'], ['10', '人工 3'], ['0', '中途离开 1'],
  ])
  const quiet = { ...view, today: { ...today, contacts: 0, answered_by_bot: 0, handed_over: 0, abandoned: 0, waiting_now: 0, longest_wait_secs: 0 } }
  expect(figures(quiet).slice(0, 4).map((one) => one.verdict)).toEqual(['没有人等', '正常', '还没有数据', '还没有数据'])
})
