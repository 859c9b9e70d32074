/**
 * Lecture: six demos side by side, or one of them large.
 */
import { usePlace } from '../shell/location.ts'
import { RefusalNotice } from '../shell/refusal-notice.tsx'
import { DemoCards } from './demo-cards.tsx'
import { DEMOS } from './demos.ts'
import { Presenter } from './presenter.tsx'

export default function LecturePage() {
  const { path } = usePlace()
  const [, , asked] = path.split('/')
  if (asked === undefined || asked === '') return <DemoCards />
  const index = Number(asked) - 1
  if (DEMOS[index] !== undefined) return <Presenter index={index} />
  const sentence = `There is no demo ${asked.slice(0, 40)}.`
  return (
    <>
      <RefusalNotice
        refusal={{ sentence, next: `Choose one of these, or #/lecture/1 to ${DEMOS.length}.` }}
      />
      <DemoCards />
    </>
  )
}
