/**
 * Lecture mode: larger type and stronger contrast everywhere, remembered between visits.
 */
import { useHotkeys, useLocalStorage } from '@mantine/hooks'
import { useEffect } from 'react'

export function useLectureMode(): { isLecture: boolean; toggleLecture(): void } {
  const [isLecture, setLecture] = useLocalStorage({ key: 'out-of-order.lecture', defaultValue: false })
  const toggleLecture = () => setLecture(before => !before)
  useHotkeys([['alt+L', toggleLecture]])
  useEffect(() => {
    document.documentElement.toggleAttribute('data-lecture', isLecture)
  }, [isLecture])
  return { isLecture, toggleLecture }
}
