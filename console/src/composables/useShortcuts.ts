import { onScopeDispose } from 'vue'

export type Shortcuts = Record<string, (event: KeyboardEvent) => void>

/** F2, Ctrl+Enter, Alt+1: how a key press is written here and on the buttons. */
export function chord(event: KeyboardEvent): string {
  const digit = /^Digit(\d)$/.exec(event.code)
  const key = event.altKey && digit ? (digit[1] ?? event.key) : event.key
  const parts: string[] = []
  if (event.ctrlKey || event.metaKey) parts.push('Ctrl')
  if (event.altKey) parts.push('Alt')
  if (event.shiftKey && key.length > 1) parts.push('Shift')
  parts.push(key.length === 1 ? key.toUpperCase() : key)
  return parts.join('+')
}

const isTyping = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName))

/** Keys for the whole page while the calling scope lives. A single character is left alone where somebody types. */
export function useShortcuts(shortcuts: Shortcuts): void {
  function onKey(event: KeyboardEvent): void {
    if (event.isComposing || event.defaultPrevented) return
    const name = chord(event)
    const action = shortcuts[name]
    if (!action || (name.length === 1 && isTyping(event.target))) return
    event.preventDefault()
    action(event)
  }
  window.addEventListener('keydown', onKey)
  onScopeDispose(() => window.removeEventListener('keydown', onKey))
}
