import type { SubTab } from '@/components/SubTabs.vue'

export const LIBRARY_TABS: SubTab[] = [
  { to: '/library', words: '条目', needs: ['knowledge_read'] },
  { to: '/library/gaps', words: '缺口收件箱', needs: ['knowledge_edit', 'knowledge_suggest'] },
  { to: '/library/import', words: '批量导入', needs: ['knowledge_edit'] },
]
