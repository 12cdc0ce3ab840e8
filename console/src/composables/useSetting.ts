import { computed, ref, type Ref } from 'vue'
import { onBeforeRouteLeave } from 'vue-router'

import { useAction } from './useLoad'
import { settings } from '@/api'
import { ApiError, errorWords } from '@/api/http'
import { forget } from '@/lib/site'

export interface Setting<Value> {
  name: string
  value: Ref<Value | null>
  error: Ref<string>
  saveError: Ref<string>
  saving: Ref<boolean>
  saved: Ref<boolean>
  conflict: Ref<boolean>
  dirty: Ref<boolean>
  load: () => Promise<void>
  save: () => Promise<void>
  undo: () => void
  /** Puts an earlier value in the hand, to be looked at and saved. */
  bring: (earlier: unknown) => void
}

/** A settings document in the hand: read, changed, saved with the version that was read. */
export function useSetting<Value>(name: string): Setting<Value> {
  const value = ref<Value | null>(null) as Ref<Value | null>
  const version = ref(0)
  const kept = ref('')
  const error = ref('')
  const saved = ref(false)
  const conflict = ref(false)
  const { busy: saving, error: saveError, run } = useAction()
  const dirty = computed(() => value.value !== null && JSON.stringify(value.value) !== kept.value)

  function take(next: Value, at: number): void {
    value.value = next
    version.value = at
    kept.value = JSON.stringify(next)
  }

  async function load(): Promise<void> {
    error.value = ''
    saveError.value = ''
    conflict.value = false
    saved.value = false
    try {
      const doc = await settings.read<Value>(name)
      take(doc.value, doc.version)
    } catch (cause) {
      error.value = errorWords(cause)
    }
  }

  async function save(): Promise<void> {
    const next = value.value
    if (next === null) return
    saved.value = false
    await run(async () => {
      try {
        const doc = await settings.save<Value>(name, next, version.value)
        take(doc.value, doc.version)
        forget(name)
        saved.value = true
      } catch (cause) {
        conflict.value = cause instanceof ApiError && cause.code === 'conflict'
        throw cause
      }
    })
  }

  const undo = (): void => { value.value = JSON.parse(kept.value) as Value }
  const bring = (earlier: unknown): void => { value.value = JSON.parse(JSON.stringify(earlier)) as Value }
  onBeforeRouteLeave(() => !dirty.value || window.confirm('还有没保存的修改，确定离开吗？'))
  return { name, value, error, saveError, saving, saved, conflict, dirty, load, save, undo, bring }
}
