import { reactive, watch } from 'vue'
import { useRoute, useRouter, type LocationQuery, type LocationQueryRaw } from 'vue-router'

export type Filters = Record<string, string>

/** Reads what an address says of these filters; what it does not say keeps its default. */
export function fromQuery<F extends Filters>(defaults: F, query: LocationQuery): F {
  const found: Filters = { ...defaults }
  for (const key of Object.keys(defaults)) {
    const value = query[key]
    const one = Array.isArray(value) ? value[0] : value
    if (typeof one === 'string') found[key] = one
  }
  return found as F
}

/** What of these filters belongs in an address: only what differs from the defaults. */
export function toQuery<F extends Filters>(defaults: F, filters: F): LocationQueryRaw {
  const query: LocationQueryRaw = {}
  for (const [key, value] of Object.entries(filters)) {
    if (value !== defaults[key]) query[key] = value
  }
  return query
}

/** Filters that live in the address: they survive a reload, can be sent to a colleague, and follow back and forward. */
export function useFilters<F extends Filters>(defaults: F, onChange: () => void) {
  const route = useRoute()
  const router = useRouter()
  const home = route.name
  const filters = reactive<Filters>({ ...fromQuery(defaults, route.query) }) as F

  watch(
    () => route.query,
    (query) => {
      if (route.name !== home) return
      const next = fromQuery(defaults, query)
      if (Object.keys(next).some((key) => next[key] !== filters[key])) {
        Object.assign(filters, next)
        onChange()
      }
    },
  )

  /** Puts the filters into the address and reads again. Any change but of the page itself goes back to page one. */
  function apply(changes: Partial<F> = {}): void {
    if (!('page' in changes) && 'page' in filters) Object.assign(filters, { page: defaults.page })
    Object.assign(filters, changes)
    void router.replace({ query: toQuery(defaults, filters) })
    onChange()
  }

  const reset = (): void => apply({ ...defaults })
  const isDefault = (): boolean => Object.entries(filters).every(([key, value]) => key === 'page' || value === defaults[key])
  return { filters, apply, reset, isDefault }
}
