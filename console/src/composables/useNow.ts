import { computed, ref, type ComputedRef } from 'vue'

import { serverOffsetMs } from '@/api/http'

const ticks = ref(Date.now())
let timer: ReturnType<typeof setInterval> | null = null

/** The server's time in microseconds, moving once a second. One timer serves the whole page. */
export function useNow(): ComputedRef<number> {
  timer ??= setInterval(() => { ticks.value = Date.now() }, 1000)
  return computed(() => (ticks.value + serverOffsetMs()) * 1000)
}

export const nowUs = (): number => (Date.now() + serverOffsetMs()) * 1000
