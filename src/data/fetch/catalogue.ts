/** Where the data sets known by name can be downloaded, with sizes and checksums of their files. */
import type { SourceName } from '../named.js'

/** A file at the home of a data set. */
export interface RemoteFile {
  readonly name: string
  /** MD5 that the home or torchvision/torchtext publishes, in hexadecimal. */
  readonly md5: string
  /** Size in bytes as published; a download that is twice as long is broken off. */
  readonly bytes: number
  /** Archives: files taken out, by base name; all else in the archive is left. */
  readonly members?: readonly string[]
}

export interface CatalogueEntry {
  /** Folders on servers that hold the files, in the order in which they are tried. */
  readonly homes: readonly string[]
  readonly files: readonly RemoteFile[]
}

/**
 * Where named data sets live. Addresses and checksums are those of the data sets' pages and of
 * torchvision and torchtext; they were not tried from the machine on which this was written.
 */
export const catalogue: Readonly<Record<SourceName, CatalogueEntry>> = {
  mnist: {
    homes: ['https://ossci-datasets.s3.amazonaws.com/mnist/', 'http://yann.lecun.com/exdb/mnist/'],
    files: [
      plain('train-images-idx3-ubyte.gz', 'f68b3c2dcbeaaa9fbdd348bbdeb94873', 9_912_422),
      plain('train-labels-idx1-ubyte.gz', 'd53e105ee54ea40749a09fcbcd1e9432', 28_881),
      plain('t10k-images-idx3-ubyte.gz', '9fb629c4189551a2d022fa330f9573f3', 1_648_877),
      plain('t10k-labels-idx1-ubyte.gz', 'ec29112dd5afa0611ce80d1b7f02629c', 4_542),
    ],
  },
  'fashion-mnist': {
    homes: ['http://fashion-mnist.s3-website.eu-central-1.amazonaws.com/'],
    files: [
      plain('train-images-idx3-ubyte.gz', '8d4fb7e6c68d591d4c3dfef9ec88bf0d', 26_421_880),
      plain('train-labels-idx1-ubyte.gz', '25c81989df183df01b3e8a0aad5dffbe', 29_515),
      plain('t10k-images-idx3-ubyte.gz', 'bef4ecab320f06d8554ea6380940ec79', 4_422_102),
      plain('t10k-labels-idx1-ubyte.gz', 'bb300cfdad3c16e7a12a480ee83cd310', 5_148),
    ],
  },
  cifar10: {
    homes: ['https://www.cs.toronto.edu/~kriz/'],
    files: [
      {
        ...plain('cifar-10-binary.tar.gz', 'c32a1d4ab5d03f1284b67883e8d87530', 170_052_171),
        members: [...[1, 2, 3, 4, 5].map((batch) => `data_batch_${batch}.bin`), 'test_batch.bin'],
      },
    ],
  },
  cifar100: {
    homes: ['https://www.cs.toronto.edu/~kriz/'],
    files: [
      {
        ...plain('cifar-100-binary.tar.gz', '03b5dce01913d631647c71ecec9e9cb8', 168_513_733),
        members: ['train.bin', 'test.bin', 'fine_label_names.txt', 'coarse_label_names.txt'],
      },
    ],
  },
  sst2: {
    homes: ['https://dl.fbaipublicfiles.com/glue/data/'],
    files: [
      {
        ...plain('SST-2.zip', '9f81648d4199384278b86e315dac217c', 7_439_277),
        members: ['train.tsv', 'dev.tsv'],
      },
    ],
  },
}

function plain(name: string, md5: string, bytes: number): RemoteFile {
  return { name, md5, bytes }
}
