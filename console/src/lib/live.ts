/**
 * A stream of server-sent events that comes back by itself.
 *
 * The browser reconnects after a network error but gives up after an HTTP error; here both are retried, slower each time, and
 * `onOpen` runs after every connection so that what was missed in between is read again.
 */

export type LiveStatus = 'connecting' | 'open' | 'lost'

export interface LiveSource {
  onopen: ((event: Event) => void) | null
  onerror: ((event: Event) => void) | null
  addEventListener(name: string, listener: (event: MessageEvent<string>) => void): void
  close(): void
}

export interface LiveOptions {
  url: string
  handlers: Record<string, (data: unknown) => void>
  onOpen: () => void
  onStatus: (status: LiveStatus) => void
  connect?: (url: string) => LiveSource
}

const PAUSES_MS = [500, 1000, 2000, 4000, 8000, 15000]

const browserSource = (url: string): LiveSource => new EventSource(url, { withCredentials: true }) as unknown as LiveSource

export class LiveStream {
  private source: LiveSource | null = null
  private failures = 0
  private timer: ReturnType<typeof setTimeout> | null = null
  private closed = false

  constructor(private readonly options: LiveOptions) {
    this.open()
  }

  close(): void {
    this.closed = true
    if (this.timer !== null) clearTimeout(this.timer)
    this.source?.close()
    this.source = null
  }

  /** Try again now: the network came back, or the person asked. */
  retry(): void {
    if (this.closed) return
    if (this.timer !== null) clearTimeout(this.timer)
    this.timer = null
    this.source?.close()
    this.open()
  }

  private open(): void {
    this.options.onStatus(this.failures === 0 ? 'connecting' : 'lost')
    const source = (this.options.connect ?? browserSource)(this.options.url)
    this.source = source
    source.onopen = () => {
      this.failures = 0
      this.options.onStatus('open')
      this.options.onOpen()
    }
    source.onerror = () => {
      if (this.source === source) this.fail(source)
    }
    for (const [name, handle] of Object.entries(this.options.handlers)) {
      source.addEventListener(name, (event) => {
        const data = parse(event.data)
        if (data !== undefined) handle(data)
      })
    }
  }

  private fail(source: LiveSource): void {
    source.close()
    this.source = null
    if (this.closed || this.timer !== null) return
    const pause = PAUSES_MS[Math.min(this.failures, PAUSES_MS.length - 1)] ?? 15000
    this.failures += 1
    this.options.onStatus('lost')
    this.timer = setTimeout(() => {
      this.timer = null
      if (!this.closed) this.open()
    }, pause)
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown
  } catch {
    return undefined
  }
}
