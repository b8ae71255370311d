/** Starts the staff console. */

import { createApp } from 'vue'
import '../../web/theme.css'
import './base.css'
import App from './App.vue'

createApp(App).mount('#app')
