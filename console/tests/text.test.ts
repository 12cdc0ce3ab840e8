import { describe, expect, it } from 'vitest'

import { parseCsv, toCsv } from '@/lib/csv'
import { diffText } from '@/lib/diff'
import { guess, peek } from '@/lib/importing'

describe('tables', () => {
  it('are quoted, begin with a mark for spreadsheets, and hold no formulas', () => {
    const text = toCsv([{ title: '题', value: (one: { a: string }) => one.a }], [{ a: '含,逗号' }, { a: '=1+1' }, { a: '他说"好"' }])
    expect(text).toBe('\ufeff题\r\n"含,逗号"\r\n\'=1+1\r\n"他说""好"""\r\n')
  })

  it('are read with quotes, line ends within quotes, and either line end', () => {
    expect(parseCsv('\ufeffa,b\r\n"x,1","多\n行"\n\n,"y""z"', 10)).toEqual([['a', 'b'], ['x,1', '多\n行'], ['', 'y"z']])
    expect(parseCsv('a\nb\nc', 2)).toEqual([['a'], ['b']])
  })
})

describe('differences', () => {
  const join = (kind: string, before: string, after: string): string =>
    diffText(before, after).filter((part) => part.kind === 'same' || part.kind === kind).map((part) => part.text).join('')

  it('give back both texts', () => {
    for (const [a, b] of [['受理后3日内决定', '受理后5日内作出决定'], ['', '新'], ['旧', ''], ['一样', '一样'], ['ab', 'ba'], ['😀甲', '甲😀']] as const) {
      expect(join('gone', a, b)).toBe(a)
      expect(join('new', a, b)).toBe(b)
    }
  })

  it('touch only what changed', () => {
    expect(diffText('三日内', '五日内')).toEqual([{ kind: 'gone', text: '三' }, { kind: 'new', text: '五' }, { kind: 'same', text: '日内' }])
  })

  it('stay bounded for long texts', () => {
    const start = performance.now()
    diffText('甲'.repeat(20_000), '乙'.repeat(20_000))
    expect(performance.now() - start).toBeLessThan(1000)
  })
})

describe('a file to import', () => {
  it('tells its columns and what they likely are', async () => {
    const seen = await peek(new File(['问题,答案,来源\n老年证怎么办,带身份证到社区办,通知\n'], 'qa.csv'))
    expect(seen.columns).toEqual(['问题', '答案', '来源'])
    expect(guess(seen.columns)).toEqual({ title: '问题', question: '问题', answer: '答案', source: '来源' })
  })

  it('may be GB18030', async () => {
    const bytes = new Uint8Array([0xce, 0xca, 0xcc, 0xe2, 0x0a, 0xba, 0xc3, 0x0a])
    expect(await peek(new File([bytes], 'a.csv'))).toMatchObject({ columns: ['问题'], sample: [['好']], encoding: 'GB18030' })
  })

  it('may hold an object a line, and is refused when it does not', async () => {
    expect((await peek(new File(['{"title":"甲"}\n{"answer":"乙"}\n'], 'a.jsonl'))).columns).toEqual(['title', 'answer'])
    await expect(peek(new File(['[1]\n'], 'a.jsonl'))).rejects.toThrow()
  })
})
