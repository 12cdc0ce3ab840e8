import { afterEach, describe, expect, it, vi } from 'vitest'

import { ApiError, call, errorWords, whenUnauthenticated, withQuery } from '@/api/http'

const answer = (status: number, body?: unknown): void => {
  vi.stubGlobal('fetch', vi.fn(() => Promise.resolve(new Response(body === undefined ? null : typeof body === 'string' ? body : JSON.stringify(body), { status }))))
}
const asked = (): RequestInit => (vi.mocked(fetch).mock.calls[0]?.[1] ?? {})

afterEach(() => vi.unstubAllGlobals())

describe('a call', () => {
  it('that changes something carries the header against forged calls', async () => {
    answer(204)
    await call('POST', '/x', { body: { a: 1 } })
    expect(asked().headers).toMatchObject({ 'X-Requested-With': 'minsheng', 'Content-Type': 'application/json' })
    answer(200, {})
    await call('GET', '/x')
    expect(asked().headers).not.toHaveProperty('X-Requested-With')
  })

  it('leaves out what is not asked for', () => {
    expect(withQuery('/t', { q: '', page: 2, unit: undefined, state: '待' })).toBe('/t?page=2&state=%E5%BE%85')
    expect(withQuery('/t', {})).toBe('/t')
  })

  it("fails with the server's words, or with ours", async () => {
    answer(409, { code: 'conflict', message: '这张工单刚被改过。' })
    await expect(call('GET', '/x')).rejects.toMatchObject({ code: 'conflict', status: 409, message: '这张工单刚被改过。' })
    answer(502, '<html>bad gateway</html>')
    await expect(call('GET', '/x')).rejects.toMatchObject({ code: 'internal', status: 502 })
    vi.stubGlobal('fetch', vi.fn(() => Promise.reject(new TypeError('network'))))
    await expect(call('GET', '/x')).rejects.toMatchObject({ code: 'offline' })
  })

  it('tells when the session is gone, but not where that was the question', async () => {
    const gone = vi.fn()
    whenUnauthenticated(gone)
    answer(401)
    await expect(call('GET', '/x', { quiet: true })).rejects.toBeInstanceOf(ApiError)
    expect(gone).not.toHaveBeenCalled()
    await expect(call('GET', '/x')).rejects.toBeInstanceOf(ApiError)
    expect(gone).toHaveBeenCalledOnce()
  })
})

it('has words for whatever went wrong', () => {
  expect(errorWords(new ApiError('busy', 429, '请稍等。'))).toBe('请稍等。')
  expect(errorWords(new Error('x'))).toContain('刷新')
  expect(errorWords('x')).toContain('刷新')
})
