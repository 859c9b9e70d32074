/**
 * Colours that tell curves apart, on light and on dark ground and for the colour-blind: hue and brightness both differ.
 */
const LIGHT = ['#1c5fd4', '#c2410c', '#0b7a5b', '#9c2fae', '#8a6100', '#0e7490', '#be185d', '#475569']
const DARK = ['#7aa7ff', '#ff9b5c', '#3fd6a4', '#dd9bf0', '#f0c348', '#4dd0e8', '#ff8fbd', '#b3bfd1']
/** After the colours are used up once, lines are dashed. */
const DASHES: readonly (readonly number[])[] = [[], [6, 4], [2, 3]]

export function colourOf(index: number, scheme: 'light' | 'dark'): string {
  const colours = scheme === 'dark' ? DARK : LIGHT
  return colours[index % colours.length]!
}

export function dashOf(index: number): readonly number[] {
  return DASHES[Math.floor(index / LIGHT.length) % DASHES.length]!
}
