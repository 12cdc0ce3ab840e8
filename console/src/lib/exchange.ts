/** Words for the exchange with other systems. What has no words here is shown as it stands. */

import type { Referring } from '@/api/exchange'

const EVENT: Record<string, string> = {
  registered: '登记', dispatched: '派单', accepted: '签收', objected: '提出异议', upheld: '异议成立', overruled: '异议驳回', forwarded: '单位内转办',
  co_replied: '协办答复', asked: '请群众补充', answered: '群众补充', resumed: '恢复办理', extension_asked: '申请延期', extension_granted: '同意延期',
  extension_refused: '不同意延期', replied: '答复', called_back: '回访', appended: '补充', archived: '归档', reopened: '重办', urged: '催办',
  supervised: '督办', merged: '并案', absorbed: '并入', unmerged: '拆出并案', followed: '随主单办理', split: '拆单', cancelled: '撤销', withdrawn: '撤回', concealed: '转为保密',
}
const MESSAGE: Record<string, string> = {
  ticket: '工单', event: '办理进展', note: '补充', reply: '答复', status: '状态', attachment: '附件',
}
const PARTNER: Record<string, string> = { platform: '上级平台', webhook: '订阅方', open311: 'Open311 应用' }
const LETTER: Record<string, string> = { open: '待处理', resent: '已重新发送', dropped: '已放弃' }

export const eventWords = (event: string): string => EVENT[event] ?? event
export const messageWords = (kind: string): string => MESSAGE[kind] ?? kind
export const partnerWords = (kind: string): string => PARTNER[kind] ?? kind
export const letterWords = (state: string): string => LETTER[state] ?? state
export const directionWords = (direction: string): string => (direction === 'in' ? '收到' : '发出')

export interface Reference {
  number: string
  event: string
  to: string
}

/** What a message is about and whom it goes to; `peer` is the platform's name. */
export function referenceOf(message: Referring, peer: string): Reference {
  let payload: { number?: unknown; event?: unknown; hook?: unknown } = {}
  try {
    payload = JSON.parse(message.payload) as typeof payload
  } catch {
    // Shown without what it refers to.
  }
  const text = (value: unknown): string => (typeof value === 'string' ? value : '')
  return {
    number: text(payload.number),
    event: eventWords(text(payload.event)),
    to: message.topic === 'exchange.hook' ? text(payload.hook) : peer,
  }
}

/** `out ticket` to `发出工单`. */
export function countWords(name: string): string {
  const [direction = '', kind = ''] = name.split(' ')
  return directionWords(direction) + messageWords(kind)
}
