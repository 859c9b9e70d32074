/**
 * Keeps a defect in one place of the page from taking the rest with it.
 */
import { Container } from '@mantine/core'
import { Component, type ReactNode } from 'react'
import { RefusalNotice } from './refusal-notice.tsx'

export class ErrorBoundary extends Component<{ children: ReactNode }, { error: unknown }> {
  override state: { error: unknown } = { error: undefined }

  static getDerivedStateFromError(error: unknown) {
    return { error }
  }

  override render() {
    const { error } = this.state
    if (error === undefined) return this.props.children
    const sentence = `This part of the page failed: ${error instanceof Error ? error.message : String(error)}.`
    return (
      <Container py="xl">
        <RefusalNotice
          refusal={{ sentence, next: 'Reload the page; the address bar still holds the run.' }}
        />
      </Container>
    )
  }
}
