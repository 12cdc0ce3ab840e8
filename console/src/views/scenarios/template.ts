/** What a new scenario begins from. */
export const TEMPLATE = `id: ling-yu-shi-xiang
title: 流程的名字
domain: 其他
kind: consult
triggers:
  - 来电人会怎么说起这件事
  - 换一种说法
  - 再换一种
  - 口语一点的说法
  - 更短的说法
start: search
nodes:
  search:
    knowledge: true
    next: done
  done:
    end: 还有别的事，您接着说就行。
`
