/** The components of Element Plus that the console uses, with their styles and nothing else. */

import {
  ElAlert, ElButton, ElCheckbox, ElConfigProvider, ElDatePicker, ElDrawer, ElInput, ElInputNumber, ElOption, ElPagination,
  ElProgress, ElRadioButton, ElRadioGroup, ElSelect, ElSkeleton, ElSkeletonItem, ElSwitch,
} from 'element-plus'
import type { App } from 'vue'

import 'element-plus/es/components/base/style/css'
import 'element-plus/es/components/alert/style/css'
import 'element-plus/es/components/button/style/css'
import 'element-plus/es/components/checkbox/style/css'
import 'element-plus/es/components/date-picker/style/css'
import 'element-plus/es/components/drawer/style/css'
import 'element-plus/es/components/input/style/css'
import 'element-plus/es/components/input-number/style/css'
import 'element-plus/es/components/option/style/css'
import 'element-plus/es/components/pagination/style/css'
import 'element-plus/es/components/progress/style/css'
import 'element-plus/es/components/radio-button/style/css'
import 'element-plus/es/components/radio-group/style/css'
import 'element-plus/es/components/select/style/css'
import 'element-plus/es/components/skeleton/style/css'
import 'element-plus/es/components/skeleton-item/style/css'
import 'element-plus/es/components/switch/style/css'

const COMPONENTS = [
  ElAlert, ElButton, ElCheckbox, ElConfigProvider, ElDatePicker, ElDrawer, ElInput, ElInputNumber, ElOption, ElPagination,
  ElProgress, ElRadioButton, ElRadioGroup, ElSelect, ElSkeleton, ElSkeletonItem, ElSwitch,
]

export function installElement(app: App): void {
  for (const component of COMPONENTS) app.use(component)
}
