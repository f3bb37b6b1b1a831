import type { DataConfig } from '../config/data.js'
import type { DataContext } from './paths.js'
import type { RawData } from './raw.js'

/** Opens the source that `data.source` names, and loads no other: every task is a process whose start it is. */
export async function openSource(data: DataConfig, context: DataContext): Promise<RawData> {
  switch (data.source) {
    case 'tic-tac-toe':
      return (await import('./sources/ticTacToe.js')).openTicTacToe()
    case 'planted-logic':
      return (await import('./sources/plantedLogic.js')).openPlantedLogic(data)
    case 'glyphs':
      return (await import('./sources/glyphs.js')).openGlyphs(data)
    case 'mnist':
    case 'fashion-mnist':
      return (await import('./sources/idx.js')).openIdx(data, context)
    case 'cifar10':
    case 'cifar100':
      return (await import('./sources/cifar.js')).openCifar(data, context)
    case 'csv':
      return (await import('./sources/csv.js')).openCsv(data, context)
    case 'npz':
      return (await import('./sources/npz.js')).openNpz(data, context)
    case 'tokens':
      return (await import('./sources/tokens.js')).openTokens(data, context)
    case 'images':
      return (await import('./sources/images.js')).openImages(data, context)
    case 'sst2':
    case 'text':
      return (await import('./sources/text.js')).openText(data, context)
  }
}
