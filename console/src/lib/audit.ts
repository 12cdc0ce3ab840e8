/** Words for what the audit records. What has no words here is shown as it stands, never hidden. */

const ACTION: Record<string, string> = {
  'login.pass': '登录', 'login.fail': '登录失败', 'login.lock': '连续输错，账号锁定', 'login.refuse': '登录被拒', logout: '退出',
  'contact.read': '查看会话', 'contact.open': '会话开始', 'contact.end': '会话结束', 'contact.wrap_up': '填写小结', 'contact.transfer': '转接', 'contact.note': '会话备注',
  'personal.reveal': '查看个人信息', 'ticket.personal': '查看工单里的个人信息', 'ticket.read': '查看工单', 'ticket.progress': '市民查进度', 'ticket.open': '登记工单',
  'ticket.dispatch': '派单', 'ticket.reply': '答复工单', 'ticket.archive': '归档工单', 'ticket.cancel': '撤销工单', 'ticket.append': '补充工单',
  'entry.create': '新建条目', 'entry.change': '修改条目', 'entry.withdraw': '撤下条目', 'entry.import': '导入条目', 'gap.close': '处理答不上来的问题',
  'entry.publish': '审核发布条目', 'entry.confirm': '第二人复核', 'entry.recheck': '复核条目', 'entry.keeper': '改维护人', 'entry.repeal': '废止依据',
  'entry.test': '加测试问题', 'entry.report_handled': '处理报错', 'draft.create': '起草', 'draft.save': '改草稿', 'draft.submitted': '提交审核',
  'draft.returned': '退回草稿', 'draft.approve': '审核通过，定时发布', 'draft.dropped': '放弃草稿', 'draft.block': '定时发布受阻',
  'scenario.change': '修改流程', 'scenario.withdraw': '撤下流程', 'staff.create': '新建账号', 'staff.change': '修改账号', 'staff.password_reset': '重设密码',
  'staff.password_change': '修改密码', 'learning.check': '核对标注', 'learning.train': '开始训练', 'learning.use': '换用模型版本', 'dispatch.learn': '从办结工单学派单', 'dispatch.use': '换用派单版本', 'contact.danger': '提示危险', 'contact.hand_over': '转人工', 'contact.ticket': '开工单', 'setting.put': '修改设置', 'setting.change': '修改设置', 'pack.install': '装入知识包', 'schema.migrate': '升级数据库',
  'exchange.receive': '收到外部消息', 'exchange.file': '查看转来的附件', 'exchange.resent': '重新发送', 'exchange.dropped': '放弃发送',
}

const OBJECT: Record<string, string> = {
  label: '标注', model: '模型', contact: '会话', ticket: '工单', staff: '账号', entry: '条目', scenario: '流程', setting: '设置', pack: '知识包', gap: '缺口', schema: '数据库', import: '导入', exchange: '对外消息', dispatch: '派单',
}

const FIELD: Record<string, string> = { phone: '联系电话', name: '姓名', place: '地址', id_number: '身份证号', transcript: '对话', words: '原话', title: '标题' }
const KEY: Record<string, string> = {
  field: '项目', lines: '标注数', closed: '办结工单', label: '标注', state: '状态', revision: '版本', before: '原版本', reason: '原因', expires_us: '有效到', role: '岗位', login: '账号', rows: '行数', imported: '导入', version: '版本', disabled: '停用', scope: '范围', level: '', id: '', skills: '技能', queue: '队列', note: '备注',
}

export const actionWords = (action: string): string => ACTION[action] ?? action

export function objectWords(object: string): { kind: string; id: string } {
  const at = object.indexOf(':')
  if (at < 0) return { kind: '', id: object }
  const kind = object.slice(0, at)
  return { kind: OBJECT[kind] ?? kind, id: object.slice(at + 1) }
}

function valueWords(value: unknown): string {
  if (value === null) return ''
  if (typeof value === 'boolean') return value ? '是' : '否'
  if (typeof value === 'string') return FIELD[value] ?? value
  if (Array.isArray(value)) return value.map(valueWords).join('、')
  if (typeof value === 'object') return Object.entries(value).map(([key, one]) => `${KEY[key] ?? key} ${valueWords(one)}`).join('、')
  return String(value)
}

/** The detail without its brackets. Instants are left out: the row has a time of its own. */
export function detailWords(detail: string): string {
  let value: unknown
  try {
    value = JSON.parse(detail)
  } catch {
    return detail
  }
  if (Array.isArray(value) || typeof value !== 'object' || value === null) return valueWords(value)
  return Object.entries(value).filter(([key]) => !key.endsWith('_us')).map(([key, one]) => `${KEY[key] ?? key}：${valueWords(one)}`).join('，')
}
