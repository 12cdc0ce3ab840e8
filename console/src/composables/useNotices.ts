import { readonly, ref, watch } from 'vue'

import { notices as api } from '@/api'
import { ApiError } from '@/api/http'
import type { Notice } from '@/api/types'
import { useSession } from './useSession'

const EVERY_MS = 30_000
const rows = ref<Notice[] | null>(null)
const unread = ref(0)
const error = ref('')
let timer: ReturnType<typeof setTimeout> | null = null
let begun = false

async function load(): Promise<void> {
  const { me, can } = useSession()
  if (timer !== null) clearTimeout(timer)
  timer = null
  if (!me.value || !can('ticket_read')) {
    rows.value = null
    unread.value = 0
    return
  }
  try {
    const found = await api.list()
    rows.value = found.rows
    unread.value = found.unread
    error.value = ''
  } catch (cause) {
    // The next round asks again; who looks at the page is told meanwhile.
    error.value = cause instanceof ApiError ? cause.message : ''
  }
  timer = setTimeout(() => void load(), EVERY_MS)
}

/** Marks as read; what fails stays unread and is asked for again. */
async function read(those: Notice[]): Promise<void> {
  const fresh = those.filter((one) => !one.read)
  await Promise.allSettled(fresh.map((one) => api.read(one.id)))
  await load()
}

/** What the person was told, asked for every half minute; one round serves the whole console. */
export function useNotices() {
  if (!begun) {
    begun = true
    watch(() => useSession().me.value?.id, () => void load(), { immediate: true })
  }
  return { rows: readonly(rows), unread: readonly(unread), error: readonly(error), load, read }
}
