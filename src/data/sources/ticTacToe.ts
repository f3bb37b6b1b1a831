import { gatherRows } from '../../core/tableRows.js'
import type { RawData } from '../raw.js'

/**
 * The tic-tac-toe endgames of the UCI repository (Aha, 1991): every board on which a game that x
 * began has ended, enumerated by playing all games. 958 boards, of which x has won 626.
 */

const squares = ['top', 'middle', 'bottom'].flatMap((row) =>
  ['left', 'middle', 'right'].map((column) => `${row}-${column}`),
)

const lines = [
  [0, 1, 2],
  [3, 4, 5],
  [6, 7, 8],
  [0, 3, 6],
  [1, 4, 7],
  [2, 5, 8],
  [0, 4, 8],
  [2, 4, 6],
]

type Board = readonly number[]

interface Endgames {
  readonly boards: readonly Board[]
  readonly xWon: readonly boolean[]
}

/** Enumerated once a process: a study opens its data once a task. */
let endgames: Endgames | undefined

function hasWon(board: Board, side: number): boolean {
  return lines.some((line) => line.every((square) => board[square] === side))
}

/**
 * All final boards, nine squares each row by row: +1 for x, −1 for o, 0 for blank. Those that x has
 * won come first, each part sorted as UCI's file is (x before o before blank).
 */
export function ticTacToeEndgames(): Endgames {
  endgames ??= playAll()
  return endgames
}

function playAll(): Endgames {
  const finals = new Map<string, Board>()
  const seen = new Set<string>()
  const play = (board: Board, side: number) => {
    const key = board.join()
    if (seen.has(key)) return
    seen.add(key)
    if (hasWon(board, -side) || !board.includes(0)) {
      finals.set(key, board)
      return
    }
    for (const [square, held] of board.entries()) {
      if (held === 0) play(board.with(square, side), -side)
    }
  }
  play(new Array<number>(9).fill(0), 1)
  const boards = [...finals.values()].sort(
    (a, b) => Number(hasWon(b, 1)) - Number(hasWon(a, 1)) || sortKey(a).localeCompare(sortKey(b)),
  )
  return { boards, xWon: boards.map((board) => hasWon(board, 1)) }
}

/** Sorts x (+1) before o (−1) before blank. */
function sortKey(board: Board): string {
  return board.map((side) => (side === 1 ? 0 : side === -1 ? 1 : 2)).join('')
}

export function openTicTacToe(): RawData {
  const { boards, xWon } = ticTacToeEndgames()
  const table = boards.flat()
  return {
    kind: 'tabular',
    shape: [9],
    classes: ['not won', 'x won'],
    features: squares,
    trainLabels: Int32Array.from(xWon, Number),
    read: async (trainRows, testRows) => ({
      train: gatherRows(table, trainRows, 9),
      test: gatherRows(table, testRows, 9),
    }),
  }
}
