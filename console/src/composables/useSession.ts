import { computed, readonly, ref } from 'vue'

import { session as api } from '@/api'
import { ApiError, whenUnauthenticated } from '@/api/http'
import type { Me } from '@/api/types'
import type { Permission } from '@/lib/permissions'

const OWNER = 'ms-owner'
const me = ref<Me | null>(null)
const known = ref(false)
const expired = ref(false)

whenUnauthenticated(() => {
  if (me.value) expired.value = true
  me.value = null
})

async function load(): Promise<void> {
  try {
    me.value = await api.whoami()
  } catch (cause) {
    if (!(cause instanceof ApiError) || cause.status !== 401) throw cause
    me.value = null
  } finally {
    known.value = true
  }
}

async function login(name: string, password: string): Promise<void> {
  const who = await api.login(name, password)
  // Drafts of somebody else who used this window are not theirs to see.
  if (sessionStorage.getItem(OWNER) !== who.id) sessionStorage.clear()
  sessionStorage.setItem(OWNER, who.id)
  me.value = who
  known.value = true
  expired.value = false
}

async function logout(): Promise<void> {
  try {
    await api.logout()
  } finally {
    me.value = null
    expired.value = false
    sessionStorage.clear()
  }
}

const permissions = computed(() => new Set(me.value?.permissions ?? []))

/** Whether the account holds one of these. */
const can = (...wanted: Permission[]): boolean => wanted.some((one) => permissions.value.has(one))

export function useSession() {
  return { me: readonly(me), known: readonly(known), expired: readonly(expired), load, login, logout, can }
}
