/** One way to the server: JSON, the request header against forged calls, and errors a clerk can act on. */

import type { ApiErrorBody } from './types'

const BASE = '/api/v1'

export class ApiError extends Error {
  readonly code: string
  readonly status: number

  constructor(code: string, status: number, message: string) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.status = status
  }
}

const BY_STATUS: Record<number, [string, string]> = {
  400: ['invalid', '填写的内容有误，请检查后再试。'],
  401: ['unauthenticated', '登录已失效，请重新登录。'],
  403: ['forbidden', '您的岗位没有这项权限，需要时请找管理员开通。'],
  404: ['not_found', '没有找到，可能已被删除，或不在您的数据范围内。'],
  409: ['conflict', '别人刚刚改过，请重新载入后再改。'],
  413: ['too_large', '内容太大，请分几次提交。'],
  429: ['busy', '操作太频繁，请稍等一会儿再试。'],
  503: ['unavailable', '服务暂时不可用，请稍后再试。'],
}

function isErrorBody(value: unknown): value is ApiErrorBody {
  return typeof value === 'object' && value !== null && typeof (value as ApiErrorBody).message === 'string'
}

async function toError(response: Response): Promise<ApiError> {
  const [code, message] = BY_STATUS[response.status] ?? ['internal', '服务器出了问题，请稍后再试；多次出现请告诉管理员。']
  try {
    const body: unknown = await response.json()
    if (isErrorBody(body)) return new ApiError(body.code || code, response.status, body.message)
  } catch {
    // Not JSON: the status alone speaks.
  }
  return new ApiError(code, response.status, message)
}

let offsetMs = 0

/** How far the server's clock is ahead of this computer's: countdowns go by the server's. */
export const serverOffsetMs = (): number => offsetMs

function noteClock(response: Response): void {
  const date = Date.parse(response.headers.get('date') ?? '')
  // The header counts whole seconds: a difference below two says nothing.
  if (!Number.isNaN(date)) offsetMs = Math.abs(date + 500 - Date.now()) > 2000 ? date + 500 - Date.now() : 0
}

let onUnauthenticated: () => void = () => undefined

/** Called when a call finds the session gone. */
export function whenUnauthenticated(handler: () => void): void {
  onUnauthenticated = handler
}

type Query = Record<string, string | number | boolean | null | undefined>

export function withQuery(path: string, query?: Query): string {
  if (!query) return path
  const params = new URLSearchParams()
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(key, String(value))
  }
  const text = params.toString()
  return text ? `${path}?${text}` : path
}

export interface CallOptions {
  query?: Query
  body?: unknown
  form?: FormData
  signal?: AbortSignal
  /** A 401 here is an answer, not the end of the session. */
  quiet?: boolean
}

export async function call<Answer>(method: string, path: string, options: CallOptions = {}): Promise<Answer> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (method !== 'GET') headers['X-Requested-With'] = 'minsheng'
  let body: BodyInit | undefined
  if (options.form) body = options.form
  else if (options.body !== undefined) {
    headers['Content-Type'] = 'application/json'
    body = JSON.stringify(options.body)
  }
  const init: RequestInit = { method, headers, credentials: 'same-origin' }
  if (body !== undefined) init.body = body
  if (options.signal) init.signal = options.signal
  let response: Response
  try {
    response = await fetch(BASE + withQuery(path, options.query), init)
  } catch (cause) {
    if (cause instanceof DOMException && cause.name === 'AbortError') throw cause
    throw new ApiError('offline', 0, '连不上服务器，请检查网络；您填写的内容还在，连上后再试。')
  }
  noteClock(response)
  if (!response.ok) {
    const error = await toError(response)
    if (response.status === 401 && !options.quiet) onUnauthenticated()
    throw error
  }
  if (response.status === 204) return undefined as Answer
  const text = await response.text()
  return (text ? JSON.parse(text) : undefined) as Answer
}

export const eventsUrl = (path: string): string => BASE + path

/** What to tell the person, whatever was thrown. */
export function errorWords(cause: unknown): string {
  if (cause instanceof ApiError) return cause.message
  if (cause instanceof Error && cause.name === 'AbortError') return '已取消。'
  return '页面出了问题，请刷新后再试；多次出现请告诉管理员。'
}

export const isAbort = (cause: unknown): boolean => cause instanceof Error && cause.name === 'AbortError'
