/** Looking into a file before it is sent: which columns it has, and which is likely what. */

import { parseCsv } from './csv'

export interface Peek {
  kind: 'csv' | 'jsonl' | 'yaml'
  columns: string[]
  /** The first rows, in the order of the columns. */
  sample: string[][]
  encoding: 'UTF-8' | 'GB18030'
}

export const FIELDS: { key: string; label: string; need: boolean; likely: RegExp }[] = [
  { key: 'title', label: '标题', need: true, likely: /^(title|标题|事项|事项名称|名称|主题)$/i },
  { key: 'question', label: '问法', need: false, likely: /^(question|questions|问题|问法|提问|咨询内容)$/i },
  { key: 'answer', label: '答案', need: true, likely: /^(answer|答案|答复|回答|解答|答复内容)$/i },
  { key: 'source', label: '出处', need: false, likely: /^(source|出处|来源|依据|文件名|政策名称)$/i },
  { key: 'document_number', label: '文号', need: false, likely: /^(document_number|文号|发文字号)$/i },
  { key: 'article', label: '第几条', need: false, likely: /^(article|条款|条|第几条)$/i },
  { key: 'in_force_from', label: '施行日期', need: false, likely: /^(in_force_from|施行日期|生效日期|发布日期)$/i },
  { key: 'in_force_until', label: '失效日期', need: false, likely: /^(in_force_until|失效日期|截止日期)$/i },
  { key: 'id', label: '编号', need: false, likely: /^(id|编号|序号)$/i },
]

const PEEK_BYTES = 256 * 1024
const PEEK_ROWS = 6

function decode(bytes: Uint8Array, whole: boolean): { text: string; encoding: Peek['encoding'] } {
  // A cut in the middle of a character at the end of the peek is not an error of the file.
  const body = whole ? bytes : bytes.subarray(0, Math.max(0, bytes.lastIndexOf(10)))
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(body), encoding: 'UTF-8' }
  } catch {
    return { text: new TextDecoder('gb18030').decode(body), encoding: 'GB18030' }
  }
}

const asText = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'object' ? JSON.stringify(value) : String(value)

function fromObjects(kind: 'jsonl' | 'yaml', objects: Record<string, unknown>[], encoding: Peek['encoding']): Peek {
  const columns = [...new Set(objects.flatMap((one) => Object.keys(one)))]
  return { kind, columns, sample: objects.map((one) => columns.map((column) => asText(one[column]))), encoding }
}

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

export async function peek(file: File): Promise<Peek> {
  const bytes = new Uint8Array(await file.slice(0, PEEK_BYTES).arrayBuffer())
  const whole = file.size <= PEEK_BYTES
  const { text, encoding } = decode(bytes, whole)
  const name = file.name.toLowerCase()
  if (/\.(ya?ml)$/.test(name)) return { kind: 'yaml', columns: [], sample: [], encoding }
  if (/\.(jsonl|ndjson)$/.test(name)) {
    const objects = text.replace(/^\ufeff/, '').split('\n').filter((line) => line.trim()).slice(0, PEEK_ROWS - 1).map((line) => JSON.parse(line) as unknown)
    if (!objects.every(isObject)) throw new Error('每一行要是一个 JSON 对象')
    return fromObjects('jsonl', objects, encoding)
  }
  const rows = parseCsv(text, PEEK_ROWS)
  return { kind: 'csv', columns: rows[0] ?? [], sample: rows.slice(1), encoding }
}

/** The mapping that the names of the columns suggest. */
export function guess(columns: readonly string[]): Record<string, string> {
  const mapping: Record<string, string> = {}
  for (const field of FIELDS) {
    const column = columns.find((one) => field.likely.test(one.trim()))
    if (column) mapping[field.key] = column
  }
  // A table of questions and answers has no titles: the question is the title.
  if (!mapping.title && mapping.question) mapping.title = mapping.question
  return mapping
}
