/**
 * Dragging with the pointer captured, in parts of the axis' width. What happens on the way is told at most once a frame.
 */
import { type PointerEvent as ReactPointerEvent, useCallback, useRef } from 'react'

export interface DragPoint {
  /** Where the pointer is on the axis, 0 to 1. */
  readonly x: number
  /** Where it went down. */
  readonly startX: number
  /** What one pixel is of the axis' width. */
  readonly pixel: number
}

export interface Drag {
  onStart?(point: DragPoint): void
  onMove(point: DragPoint): void
  /** @param moved false: it was a click */
  onEnd(point: DragPoint, moved: boolean): void
  onCancel?(): void
}

/** Nobody holds a pointer quite still while clicking. */
const CLICK_PIXELS = 4

/** @param trackOf the element that is as wide as the axis, of the element that is dragged */
export function useDrag(trackOf: (element: Element) => Element | null) {
  const stop = useRef<() => void>(undefined)
  return useCallback(
    (event: ReactPointerEvent<HTMLElement>, drag: Drag) => {
      if (event.button !== 0 || stop.current !== undefined) return
      const element = event.currentTarget
      const track = trackOf(element)
      if (track === null) return
      const { left, width } = track.getBoundingClientRect()
      const { pointerId, clientX: startClientX } = event
      const pointAt = (clientX: number): DragPoint => ({
        x: Math.min(1, Math.max(0, (clientX - left) / width)),
        startX: (startClientX - left) / width,
        pixel: 1 / width,
      })
      let moved = false
      let frame = 0
      let lastClientX = startClientX

      const onMove = (move: PointerEvent) => {
        if (move.pointerId !== pointerId) return
        lastClientX = move.clientX
        moved ||= Math.abs(lastClientX - startClientX) >= CLICK_PIXELS
        if (!moved || frame !== 0) return
        frame = requestAnimationFrame(() => {
          frame = 0
          drag.onMove(pointAt(lastClientX))
        })
      }
      const finish = () => {
        cancelAnimationFrame(frame)
        element.removeEventListener('pointermove', onMove)
        element.removeEventListener('pointerup', onUp)
        element.removeEventListener('pointercancel', onCancel)
        removeEventListener('keydown', onKey, true)
        if (element.hasPointerCapture(pointerId)) element.releasePointerCapture(pointerId)
        stop.current = undefined
      }
      const onUp = (up: PointerEvent) => {
        if (up.pointerId !== pointerId) return
        finish()
        drag.onEnd(pointAt(up.clientX), moved)
      }
      const onCancel = () => {
        finish()
        drag.onCancel?.()
      }
      const onKey = (key: KeyboardEvent) => {
        if (key.key !== 'Escape') return
        key.preventDefault()
        key.stopPropagation()
        onCancel()
      }
      element.setPointerCapture(pointerId)
      element.addEventListener('pointermove', onMove)
      element.addEventListener('pointerup', onUp)
      element.addEventListener('pointercancel', onCancel)
      addEventListener('keydown', onKey, true)
      stop.current = finish
      drag.onStart?.(pointAt(startClientX))
    },
    [trackOf],
  )
}
