import { onScopeDispose, ref, shallowRef, type Ref, type ShallowRef } from 'vue'

import { errorWords, isAbort } from '@/api/http'

export interface Loaded<Data> {
  data: ShallowRef<Data | null>
  error: Ref<string>
  loading: Ref<boolean>
  load: () => Promise<void>
}

/** Reads something and tells how that stands. A newer read wins over an older one that comes back late. */
export function useLoad<Data>(read: (signal: AbortSignal) => Promise<Data>): Loaded<Data> {
  const data = shallowRef<Data | null>(null)
  const error = ref('')
  const loading = ref(false)
  let abort: AbortController | null = null

  async function load(): Promise<void> {
    abort?.abort()
    const mine = new AbortController()
    abort = mine
    loading.value = true
    error.value = ''
    try {
      const answer = await read(mine.signal)
      if (abort === mine) data.value = answer
    } catch (cause) {
      if (abort === mine && !isAbort(cause)) error.value = errorWords(cause)
    } finally {
      if (abort === mine) loading.value = false
    }
  }

  onScopeDispose(() => abort?.abort())
  return { data, error, loading, load }
}

/** Runs one action at a time, with its error in words. */
export function useAction(): {
  busy: Ref<boolean>
  error: Ref<string>
  run: (action: () => Promise<void>) => Promise<boolean>
} {
  const busy = ref(false)
  const error = ref('')
  async function run(action: () => Promise<void>): Promise<boolean> {
    if (busy.value) return false
    busy.value = true
    error.value = ''
    try {
      await action()
      return true
    } catch (cause) {
      if (!isAbort(cause)) error.value = errorWords(cause)
      return false
    } finally {
      busy.value = false
    }
  }
  return { busy, error, run }
}
