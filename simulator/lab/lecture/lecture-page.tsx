/**
 * Lecture: six demos side by side, or one of them large.
 */
import { usePlace } from '../shell/location.ts'
import { DemoCards } from './demo-cards.tsx'
import { DEMOS } from './demos.ts'
import { Presenter } from './presenter.tsx'

export default function LecturePage() {
  const { path } = usePlace()
  const number = Number(path.split('/')[2])
  const index = number - 1
  if (DEMOS[index] === undefined) return <DemoCards />
  return <Presenter index={index} />
}
