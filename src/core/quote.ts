/** Text of unknown origin in messages. */

/**
 * Characters that would change how a terminal shows a message, or not be seen in it: control characters (line breaks too), marks
 * of writing direction, and lone halves of surrogate pairs.
 */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for.
const unsafe = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]|\p{Cs}/gu

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16)
  return (
    named[character] ??
    (code.length <= 2 ? `\\x${code.padStart(2, '0')}` : `\\u${code.padStart(4, '0')}`)
  )
}

/**
 * Text as a message may repeat it, whatever it holds: on one line, what steers a terminal as JSON-like escapes, and cut in the
 * middle to about `most` letters.
 */
export function quotable(text: string, most = 160): string {
  if (text.length <= most) return text.replaceAll(unsafe, escaped)
  const tail = Math.floor(most / 4)
  const ends = [text.slice(0, most - tail), text.slice(text.length - tail)]
  return ends.map((end) => end.replaceAll(unsafe, escaped)).join(' … ')
}

/** Letters of a line of a message, and lines of one. */
const [LETTERS, LINES] = [1000, 500]

/** A message of one or several lines, each as {@link quotable} makes it. */
export function tellable(message: string): string {
  const lines = message.split('\n', LINES)
  return lines.map((line) => quotable(line, LETTERS)).join('\n')
}
