/**
 * Where the page begins.
 */
import '@mantine/core/styles.css'
import './shell/page.css'
import { MantineProvider } from '@mantine/core'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { config } from 'zod'
import { SimulatorProvider } from './client/simulator-context.tsx'
import { App } from './shell/app.tsx'
import { theme } from './shell/theme.ts'

// Compiling schemas would be evaluating text, which the page forbids itself.
config({ jitless: true })

createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <SimulatorProvider>
        <App />
      </SimulatorProvider>
    </MantineProvider>
  </StrictMode>,
)
