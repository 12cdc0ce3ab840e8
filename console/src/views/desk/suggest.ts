/** Suggested answers and similar tickets for the contact in front. */

import { onScopeDispose, reactive, watch } from 'vue'

import { active, insertIntoReply, type Quote } from './store'
import { desk as api } from '@/api'
import { errorWords, isAbort } from '@/api/http'
import type { Citation, Suggestion, TicketRow } from '@/api/types'

interface SuggestState {
  contactId: string
  suggestions: Suggestion[]
  similar: TicketRow[]
  loading: boolean
  error: string
}

export const suggest = reactive<SuggestState>({ contactId: '', suggestions: [], similar: [], loading: false, error: '' })

let abort: AbortController | null = null

export async function loadSuggestions(id: string, q = ''): Promise<void> {
  abort?.abort()
  const mine = new AbortController()
  abort = mine
  if (suggest.contactId !== id) Object.assign(suggest, { contactId: id, suggestions: [], similar: [] })
  suggest.loading = true
  suggest.error = ''
  try {
    const found = await api.suggestions(id, q, mine.signal)
    if (abort !== mine) return
    suggest.suggestions = found.suggestions
    suggest.similar = found.similar_tickets
  } catch (cause) {
    if (abort === mine && !isAbort(cause)) suggest.error = errorWords(cause)
  } finally {
    if (abort === mine) suggest.loading = false
  }
}

export const quoteOf = (title: string, citation: Citation): Quote => ({
  entry_id: citation.entry_id, clause_id: citation.clause_id, title, label: `《${citation.source}》${citation.article ?? ''}`,
})

export interface Insertable {
  title: string
  text: string
  citations: Citation[]
}

/** Puts an answer into the reply with the clauses it rests on. */
export function insertAnswer(one: Insertable): boolean {
  if (active.value?.state !== 'active') return false
  insertIntoReply(active.value.id, one.text, one.citations.map((citation) => quoteOf(one.title, citation)))
  return true
}

export function insertBest(): boolean {
  const best = suggest.suggestions[0]
  return best ? insertAnswer(best) : false
}

/** Reads suggestions anew for another contact and after each of the citizen's messages. */
export function useSuggestions(): void {
  let timer: ReturnType<typeof setTimeout> | null = null
  const lastFromCitizen = (): number => Math.max(0, ...(active.value?.messages ?? []).filter((one) => one.author === 'citizen').map((one) => one.seq))
  watch(
    () => [active.value?.id ?? '', lastFromCitizen(), active.value?.state ?? ''] as const,
    ([id], before) => {
      if (timer !== null) clearTimeout(timer)
      if (!id) return
      timer = setTimeout(() => void loadSuggestions(id), before && before[0] === id ? 350 : 0)
    },
    { immediate: true },
  )
  onScopeDispose(() => {
    if (timer !== null) clearTimeout(timer)
    abort?.abort()
  })
}
