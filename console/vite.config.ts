import { fileURLToPath } from 'node:url'
import vue from '@vitejs/plugin-vue'
import { defineConfig } from 'vite'

const backend = process.env.MINSHENG_BACKEND ?? 'http://127.0.0.1:8999'

export default defineConfig({
  base: '/console/',
  plugins: [vue()],
  resolve: { alias: { '@': fileURLToPath(new URL('./src', import.meta.url)) } },
  server: { port: 5173, strictPort: true, proxy: { '/api': { target: backend, changeOrigin: false } } },
  build: {
    // Office computers run old browsers.
    target: ['es2020', 'chrome90', 'firefox90', 'safari14'],
    outDir: 'dist',
    emptyOutDir: true,
    // The server sends a policy without inline sources: nothing is folded into data: addresses.
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 900,
    rollupOptions: {
      output: {
        manualChunks(id: string) {
          if (id.includes('/echarts/') || id.includes('/zrender/')) return 'charts'
          if (id.includes('/@codemirror/') || id.includes('/@lezer/') || id.includes('/node_modules/yaml/')) return 'editor'
          if (id.includes('/element-plus/') || id.includes('/@element-plus/')) return 'element'
          return undefined
        },
      },
    },
  },
})
