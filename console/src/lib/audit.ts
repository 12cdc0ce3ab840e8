/** Words for what the audit records. An action without words here is shown by its name. */

const ACTION: Record<string, string> = {
  'session.login': '登录', 'session.logout': '退出', 'session.refused': '登录失败', 'session.locked': '账号锁定',
  'contact.read': '查看会话', 'contact.accept': '接听', 'contact.transfer': '转接', 'contact.hang_up': '结束会话', 'contact.wrap_up': '话后小结',
  'personal.reveal': '查看个人信息', 'ticket.personal': '查看工单个人信息', 'ticket.open': '登记工单', 'ticket.create': '登记工单', 'ticket.dispatch': '派单',
  'ticket.reply': '答复工单', 'ticket.archive': '归档工单', 'ticket.cancel': '撤销工单', 'ticket.append': '补充工单',
  'entry.create': '新建条目', 'entry.change': '修改条目', 'entry.save': '修改条目', 'entry.withdraw': '撤下条目', 'entry.import': '导入条目',
  'scenario.change': '修改流程', 'scenario.withdraw': '撤下流程', 'staff.create': '新建账号', 'staff.change': '修改账号', 'staff.password': '重设密码',
  'staff.password_reset': '重设密码', 'setting.put': '修改设置', 'settings.change': '修改设置', 'pack.install': '装入起步包',
}

export const actionWords = (action: string): string => ACTION[action] ?? action
