/** The units that handle tickets, read once. Who may not read the organisation types a unit's name by hand. */

import { ref } from 'vue'

import { settings } from '@/api'
import type { Organisation, Place, Unit } from '@/api/settings'

export const units = ref<Unit[]>([])
export const places = ref<Place[]>([])
let asked: Promise<void> | null = null

export function loadUnits(): Promise<void> {
  asked ??= settings.read<Organisation>('organisation').then(
    (doc) => {
      units.value = doc.value.units
      places.value = doc.value.places
    },
    () => { asked = null },
  )
  return asked
}

export const unitName = (id: string): string => units.value.find((one) => one.id === id)?.name ?? id
