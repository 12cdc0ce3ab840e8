/** Tables as files that a spreadsheet opens: quoted where needed, and with nothing that a spreadsheet would run. */

export interface Column<Row> {
  title: string
  value: (row: Row) => string | number | null | undefined
}

function cell(value: string | number | null | undefined): string {
  if (value === null || value === undefined) return ''
  if (typeof value === 'number') return String(value)
  // A cell that begins like a formula is shown, not computed.
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\n\r]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}

export function toCsv<Row>(columns: Column<Row>[], rows: readonly Row[]): string {
  const lines = [columns.map((column) => cell(column.title)), ...rows.map((row) => columns.map((column) => cell(column.value(row))))]
  return `\ufeff${lines.map((line) => line.join(',')).join('\r\n')}\r\n`
}

/** The first rows of a file of comma-separated values, quotes understood. */
export function parseCsv(text: string, limit: number): string[][] {
  const rows: string[][] = []
  let row: string[] = []
  let field = ''
  let quoted = false
  const body = text.replace(/^\ufeff/, '')
  for (let index = 0; index < body.length && rows.length < limit; index += 1) {
    const char = body[index]
    if (quoted) {
      if (char === '"' && body[index + 1] === '"') {
        field += '"'
        index += 1
      } else if (char === '"') quoted = false
      else field += char
    } else if (char === '"' && field === '') quoted = true
    else if (char === ',') {
      row.push(field)
      field = ''
    } else if (char === '\n' || char === '\r') {
      if (char === '\r' && body[index + 1] === '\n') index += 1
      row.push(field)
      field = ''
      if (row.some((one) => one !== '')) rows.push(row)
      row = []
    } else field += char
  }
  row.push(field)
  if (rows.length < limit && row.some((one) => one !== '')) rows.push(row)
  return rows
}

export function download(name: string, text: string, type = 'text/csv;charset=utf-8'): void {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type }))
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 10_000)
}
