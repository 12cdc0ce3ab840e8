import { onScopeDispose, readonly, ref, type Ref } from 'vue'

import { eventsUrl } from '@/api/http'
import { LiveStream, type LiveStatus } from '@/lib/live'

export interface Live {
  status: Readonly<Ref<LiveStatus>>
  retry: () => void
  close: () => void
}

/** A live stream for as long as the calling scope lives. */
export function useLive(path: string, handlers: Record<string, (data: unknown) => void>, onOpen: () => void): Live {
  const status = ref<LiveStatus>('connecting')
  const stream = new LiveStream({
    url: eventsUrl(path), handlers, onOpen, onStatus: (next) => { status.value = next },
  })
  const online = (): void => stream.retry()
  window.addEventListener('online', online)
  const close = (): void => {
    window.removeEventListener('online', online)
    stream.close()
  }
  onScopeDispose(close)
  return { status: readonly(status), retry: () => stream.retry(), close }
}
