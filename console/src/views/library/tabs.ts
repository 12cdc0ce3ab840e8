import type { SubTab } from '@/components/SubTabs.vue'

export const LIBRARY_TABS: SubTab[] = [
  { to: '/library', words: '条目', needs: ['knowledge_read'] },
  { to: '/library/drafts', words: '草稿与审核', needs: ['knowledge_edit'] },
  { to: '/library/upkeep', words: '维护提醒', needs: ['knowledge_edit'] },
  { to: '/library/sources', words: '依据废止', needs: ['knowledge_publish'] },
  { to: '/library/gaps', words: '答不上来的问题', needs: ['knowledge_edit', 'knowledge_suggest'] },
  { to: '/library/intake', words: '文件入库', needs: ['knowledge_edit'] },
  { to: '/library/import', words: '批量导入', needs: ['knowledge_edit'] },
]
