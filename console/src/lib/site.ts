/** What makes this site: units, places, lines, queues, domains. Read once; who may not read them works without. */

import { ref } from 'vue'

import { settings } from '@/api'
import type { Domain, Line, Organisation, Place, Queue, Unit } from '@/api/settings'
import { DOMAINS } from './words'

export const units = ref<Unit[]>([])
export const places = ref<Place[]>([])
export const lines = ref<Line[]>([])
export const queues = ref<Queue[]>([])
export const domains = ref<string[]>(DOMAINS)
export const skills = ref<string[]>([])

type Listed<Key extends string, Row> = Record<Key, Row[]> | Row[] | null

/** A settings document that is a list, or holds one under its name. */
export function rowsOf<Key extends string, Row>(value: Listed<Key, Row>, key: Key): Row[] {
  if (!value) return []
  return Array.isArray(value) ? value : (value[key] ?? [])
}

const asked = new Map<string, Promise<void>>()

function once(name: string, read: () => Promise<void>): Promise<void> {
  const known = asked.get(name)
  if (known) return known
  const promise = read().catch(() => { asked.delete(name) })
  asked.set(name, promise)
  return promise
}

export const loadUnits = (): Promise<void> => once('units', async () => {
  const { value } = await settings.read<Organisation | null>('organisation')
  units.value = value?.units ?? []
  places.value = value?.places ?? []
})

export const loadLines = (): Promise<void> => once('lines', async () => {
  lines.value = rowsOf((await settings.read<Listed<'lines', Line>>('lines')).value, 'lines')
})

export const loadQueues = (): Promise<void> => once('queues', async () => {
  queues.value = rowsOf((await settings.read<Listed<'queues', Queue>>('queues')).value, 'queues')
})

export const loadDomains = (): Promise<void> => once('domains', async () => {
  const rows = rowsOf((await settings.read<Listed<'domains', Domain>>('domains')).value, 'domains')
  if (rows.length) domains.value = rows.map((one) => one.name)
  skills.value = [...new Set(rows.map((one) => one.skill))]
})

/** After a setting was saved, it is read anew when next wanted. */
export function forget(name: string): void {
  asked.delete(name === 'organisation' ? 'units' : name)
}

export const unitName = (id: string): string => units.value.find((one) => one.id === id)?.name ?? id
export const placeName = (code: string): string => places.value.find((one) => one.code === code)?.name ?? code
