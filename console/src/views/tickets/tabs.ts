import type { SubTab } from '@/components/SubTabs.vue'

export const TICKET_TABS: SubTab[] = [
  { to: '/tickets', words: '全部工单', needs: ['ticket_read'] },
  { to: '/tickets/inbox', words: '单位收件箱', needs: ['ticket_reply'] },
  { to: '/tickets/dispatch', words: '派单', needs: ['ticket_dispatch'] },
  { to: '/tickets/arbitration', words: '异议裁定', needs: ['ticket_dispatch'] },
  { to: '/tickets/extension', words: '延期审批', needs: ['ticket_dispatch'] },
  { to: '/tickets/callbacks', words: '回访', needs: ['ticket_archive'] },
  { to: '/tickets/board', words: '督办', needs: ['ticket_supervise'] },
  { to: '/tickets/window', words: '办不成事', needs: ['ticket_supervise'] },
  { to: '/tickets/indicators', words: '单位指标', needs: ['ticket_supervise'] },
]
