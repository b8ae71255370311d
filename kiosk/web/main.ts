/** Starts the terminal. Whatever breaks in it is said on the screen, with a way on. */

import { createApp } from 'vue'
import App from './App.vue'
import { broke } from './terminal'
import '../../web/theme.css'
import './terminal.css'

const app = createApp(App)
app.config.errorHandler = broke
addEventListener('unhandledrejection', (event) => broke(event.reason))
app.mount('#terminal')
