import { testExercise } from '#simulator/desk/vitest.ts'

await testExercise(import.meta.url)
