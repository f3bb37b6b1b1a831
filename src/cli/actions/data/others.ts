/** Sources that need no download. */
export const others: Readonly<Record<string, string>> = {
  'tic-tac-toe': 'all 958 endgames; made when needed',
  'planted-logic': 'bits labelled by known AND and OR rules; made when needed',
  glyphs: 'digit-like images; made when needed',
  csv: 'your own table: data.path',
  npz: 'your own NumPy arrays: data.path',
  images: 'your own folder of PNG or JPEG images, a folder per class: data.path',
  text: 'your own TSV file of sentences: data.path',
}
