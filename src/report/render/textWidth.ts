/** How wide text is in DejaVu Sans, the font of the drawings: without it Vega guesses 0.8 em a letter. */

/** Advance widths of the characters from space to ~, in thousandths of the font size. */
const regular = [
  318, 401, 460, 838, 636, 950, 780, 275, 390, 390, 500, 838, 318, 361, 318, 337, 636, 636, 636,
  636, 636, 636, 636, 636, 636, 636, 337, 337, 838, 838, 838, 531, 1000, 684, 686, 698, 770, 632,
  575, 775, 752, 295, 295, 656, 557, 863, 748, 787, 603, 787, 695, 635, 611, 732, 684, 989, 685,
  611, 685, 390, 337, 390, 838, 500, 500, 613, 635, 550, 635, 615, 352, 635, 634, 278, 278, 579,
  278, 974, 634, 612, 635, 635, 411, 521, 392, 634, 592, 818, 592, 592, 525, 636, 337, 636, 838,
]

/** Of signs and letters beyond: about that of − and ×, of which labels have most. */
const OTHER = 838

/** Bold letters are wider by about this much. */
const BOLD = 1.1

/** Width of a text in pixels at a font size; bold or not. */
export function textWidth(text: string, fontSize: number, bold: boolean): number {
  const thousandths = [...text].reduce(
    (sum, letter) => sum + (regular[(letter.codePointAt(0) ?? 0) - 32] ?? OTHER),
    0,
  )
  return (thousandths / 1000) * fontSize * (bold ? BOLD : 1)
}
