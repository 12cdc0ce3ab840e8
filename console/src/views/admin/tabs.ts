import type { SubTab } from '@/components/SubTabs.vue'

export const ADMIN_TABS: SubTab[] = [
  { to: '/admin/people', words: '人员', needs: ['staff_manage'] },
  { to: '/admin/lines', words: '热线', needs: ['settings_manage'] },
  { to: '/admin/queues', words: '队列', needs: ['settings_manage'] },
  { to: '/admin/boundary', words: '人机分工', needs: ['settings_manage'] },
  { to: '/admin/organisation', words: '组织', needs: ['settings_manage'] },
  { to: '/admin/dispatch', words: '派单规则', needs: ['settings_manage'] },
  { to: '/admin/deadlines', words: '办理时限', needs: ['settings_manage'] },
  { to: '/admin/holidays', words: '工作日历', needs: ['settings_manage'] },
  { to: '/admin/exchange', words: '对外交换', needs: ['settings_manage', 'audit_read'] },
  { to: '/admin/texts', words: '短信', needs: ['settings_manage', 'audit_read'] },
  { to: '/admin/audit', words: '审计', needs: ['audit_read'] },
  { to: '/admin/health', words: '运行状况', needs: ['staff_manage', 'settings_manage', 'audit_read'] },
]
