import { createApp, defineComponent, h } from 'vue'
import type { Router } from 'vue-router'

/** Runs a composable inside a component. */
export function mount<Result>(setup: () => Result, router?: Router): { result: Result; unmount: () => void } {
  let result: Result | undefined
  const app = createApp(defineComponent({ setup() { result = setup(); return () => h('div') } }))
  if (router) app.use(router)
  app.mount(document.createElement('div'))
  return { result: result as Result, unmount: () => app.unmount() }
}
