/** What changed between two texts, by character: the longest common subsequence, after shared ends are set aside. */

export interface DiffPart {
  kind: 'same' | 'gone' | 'new'
  text: string
}

const CELLS = 4_000_000

function push(parts: DiffPart[], kind: DiffPart['kind'], text: string): void {
  if (!text) return
  const last = parts.at(-1)
  if (last && last.kind === kind) last.text += text
  else parts.push({ kind, text })
}

export function diffText(before: string, after: string): DiffPart[] {
  const a = [...before]
  const b = [...after]
  let start = 0
  while (start < a.length && start < b.length && a[start] === b[start]) start += 1
  let end = 0
  while (end < a.length - start && end < b.length - start && a[a.length - 1 - end] === b[b.length - 1 - end]) end += 1
  const parts: DiffPart[] = []
  push(parts, 'same', a.slice(0, start).join(''))
  middle(parts, a.slice(start, a.length - end), b.slice(start, b.length - end))
  push(parts, 'same', a.slice(a.length - end).join(''))
  return parts
}

function middle(parts: DiffPart[], a: string[], b: string[]): void {
  if (a.length * b.length > CELLS || !a.length || !b.length) {
    push(parts, 'gone', a.join(''))
    push(parts, 'new', b.join(''))
    return
  }
  const width = b.length + 1
  const table = new Uint16Array((a.length + 1) * width)
  const at = (i: number, j: number): number => table[i * width + j] ?? 0
  for (let i = a.length - 1; i >= 0; i -= 1) {
    for (let j = b.length - 1; j >= 0; j -= 1) {
      table[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1))
    }
  }
  let i = 0
  let j = 0
  while (i < a.length && j < b.length) {
    if (a[i] === b[j]) {
      push(parts, 'same', a[i] ?? '')
      i += 1
      j += 1
    } else if (at(i + 1, j) >= at(i, j + 1)) {
      push(parts, 'gone', a[i] ?? '')
      i += 1
    } else {
      push(parts, 'new', b[j] ?? '')
      j += 1
    }
  }
  push(parts, 'gone', a.slice(i).join(''))
  push(parts, 'new', b.slice(j).join(''))
}
