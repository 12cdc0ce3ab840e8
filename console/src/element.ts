/**
 * The components of Element Plus that the console uses, with their styles and nothing else: its main entry would bring all of them.
 */

import { ElButton } from 'element-plus/es/components/button/index'
import { ElCheckbox } from 'element-plus/es/components/checkbox/index'
import { ElConfigProvider } from 'element-plus/es/components/config-provider/index'
import { ElDrawer } from 'element-plus/es/components/drawer/index'
import { ElInput } from 'element-plus/es/components/input/index'
import { ElInputNumber } from 'element-plus/es/components/input-number/index'
import { ElPagination } from 'element-plus/es/components/pagination/index'
import { ElRadioButton, ElRadioGroup } from 'element-plus/es/components/radio/index'
import { ElOption, ElSelect } from 'element-plus/es/components/select/index'
import { ElSwitch } from 'element-plus/es/components/switch/index'
import type { App, Component } from 'vue'

import 'element-plus/es/components/base/style/css'
import 'element-plus/es/components/button/style/css'
import 'element-plus/es/components/checkbox/style/css'
import 'element-plus/es/components/drawer/style/css'
import 'element-plus/es/components/input/style/css'
import 'element-plus/es/components/input-number/style/css'
import 'element-plus/es/components/option/style/css'
import 'element-plus/es/components/pagination/style/css'
import 'element-plus/es/components/radio-button/style/css'
import 'element-plus/es/components/radio-group/style/css'
import 'element-plus/es/components/select/style/css'
import 'element-plus/es/components/switch/style/css'

const COMPONENTS: Record<string, Component> = {
  ElButton, ElCheckbox, ElConfigProvider, ElDrawer, ElInput, ElInputNumber, ElOption, ElPagination, ElRadioButton, ElRadioGroup, ElSelect, ElSwitch,
}

export function installElement(app: App): void {
  for (const [name, component] of Object.entries(COMPONENTS)) app.component(name, component)
}
