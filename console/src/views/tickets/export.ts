/** Tickets of a filter as a table, page by page; it can be stopped, and goes on when one leaves the page. */

import { reactive } from 'vue'

import { tickets } from '@/api'
import { errorWords, isAbort } from '@/api/http'
import type { TicketRow } from '@/api/types'
import { download, toCsv, type Column } from '@/lib/csv'
import { dateTime, today } from '@/lib/format'
import { urgencyWords } from '@/lib/words'

export const exporting = reactive({ running: false, done: 0, total: 0, error: '' })

const LIMIT = 20_000
let abort: AbortController | null = null

export const TICKET_COLUMNS: Column<TicketRow>[] = [
  { title: '编号', value: (row) => row.number },
  { title: '标题', value: (row) => row.title },
  { title: '类型', value: (row) => row.kind_words },
  { title: '领域', value: (row) => row.domain },
  { title: '类别', value: (row) => row.category },
  { title: '状态', value: (row) => row.state_words },
  { title: '紧急程度', value: (row) => urgencyWords(row.urgency) },
  { title: '地址', value: (row) => row.place },
  { title: '承办单位', value: (row) => row.unit_name },
  { title: '登记时间', value: (row) => dateTime(row.created_us) },
  { title: '期限', value: (row) => dateTime(row.due_us) },
  { title: '是否超期', value: (row) => (row.overdue ? '是' : '否') },
  { title: '最后更新', value: (row) => dateTime(row.updated_us) },
]

export function stopExport(): void {
  abort?.abort()
}

export async function exportTickets(filters: Record<string, string>): Promise<void> {
  if (exporting.running) return
  Object.assign(exporting, { running: true, done: 0, total: 0, error: '' })
  abort = new AbortController()
  const rows: TicketRow[] = []
  try {
    for (let page = 1; rows.length < LIMIT; page += 1) {
      const answer = await tickets.list({ ...filters, page }, abort.signal)
      rows.push(...answer.rows)
      Object.assign(exporting, { done: rows.length, total: Math.min(LIMIT, answer.total) })
      if (!answer.rows.length || rows.length >= answer.total) break
    }
    download(`工单-${today()}.csv`, toCsv(TICKET_COLUMNS, rows))
    if (exporting.total >= LIMIT) exporting.error = `只导出了前 ${LIMIT} 条，请加上筛选条件分几次导出。`
  } catch (cause) {
    if (!isAbort(cause)) exporting.error = `没有导出成功：${errorWords(cause)}`
  } finally {
    exporting.running = false
  }
}
