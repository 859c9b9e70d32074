/**
 * A process that executes plans with a stranger's file: the same as for the student's own, with less within reach.
 */
import './child.ts'
import { confine } from './grade-confinement.ts'

// Whoever it belongs to has to be told that it is ready before it is asked anything.
confine()
