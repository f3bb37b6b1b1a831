import type { DataConfig } from '../config/data.js'
import type { DataContext } from './paths.js'
import type { RawData } from './raw.js'
import { openCifar } from './sources/cifar.js'
import { openCsv } from './sources/csv.js'
import { openGlyphs } from './sources/glyphs.js'
import { openIdx } from './sources/idx.js'
import { openImages } from './sources/images.js'
import { openNpz } from './sources/npz.js'
import { openPlantedLogic } from './sources/plantedLogic.js'
import { openText } from './sources/text.js'
import { openTicTacToe } from './sources/ticTacToe.js'
import { openTokens } from './sources/tokens.js'

/** Opens the source that `data.source` names. */
export async function openSource(data: DataConfig, context: DataContext): Promise<RawData> {
  switch (data.source) {
    case 'tic-tac-toe':
      return openTicTacToe()
    case 'planted-logic':
      return openPlantedLogic(data)
    case 'glyphs':
      return openGlyphs(data)
    case 'mnist':
    case 'fashion-mnist':
      return openIdx(data, context)
    case 'cifar10':
    case 'cifar100':
      return openCifar(data, context)
    case 'csv':
      return openCsv(data, context)
    case 'npz':
      return openNpz(data, context)
    case 'tokens':
      return openTokens(data, context)
    case 'images':
      return openImages(data, context)
    case 'sst2':
    case 'text':
      return openText(data, context)
  }
}
