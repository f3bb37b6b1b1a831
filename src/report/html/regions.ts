/**
 * The pixels of every player as one SVG path of rectangles: runs of a row, joined with the rows below
 * where they are equal. `map` holds the player of every pixel, or −1; shape [height, width].
 */
export function playerPaths(map: Int32Array, width: number, n: number): string[] {
  const paths = Array.from({ length: n }, () => '')
  const height = map.length / width
  let open = new Map<string, { player: number; x: number; w: number; y: number }>()
  for (let y = 0; y <= height; y++) {
    const runs = y < height ? rowRuns(map.subarray(y * width, (y + 1) * width)) : []
    const next: typeof open = new Map()
    for (const { player, x, w } of runs) {
      const key = `${player} ${x} ${w}`
      next.set(key, open.get(key) ?? { player, x, w, y })
    }
    for (const [key, { player, x, w, y: top }] of open) {
      if (!next.has(key)) paths[player] += `M${x} ${top}h${w}v${y - top}h${-w}z`
    }
    open = next
  }
  return paths
}

function rowRuns(row: Int32Array): { player: number; x: number; w: number }[] {
  const runs: { player: number; x: number; w: number }[] = []
  for (let x = 0; x < row.length; ) {
    const start = x
    while (x < row.length && row[x] === row[start]) x++
    if (row[start] >= 0) runs.push({ player: row[start], x: start, w: x - start })
  }
  return runs
}
