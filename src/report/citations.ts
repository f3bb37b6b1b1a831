/** BibTeX of the methods, and of the data sets, that a study uses. */

const methods = {
  confusing: `@misc{zhang2025randomness,
  title         = {Randomness of Low-Layer Parameters Determines Confusing Samples in Terms of Interaction Representations of a {DNN}},
  author        = {Zhang, Junpeng and Cheng, Lei and Li, Qing and Lin, Liang and Zhang, Quanshi},
  year          = {2025},
  eprint        = {2502.08625},
  archivePrefix = {arXiv}
}`,
  phases: `@misc{zhang2024twophase,
  title         = {Two-Phase Dynamics of Interactions Explains the Starting Point of a {DNN} Learning Over-Fitted Features},
  author        = {Zhang, Junpeng and Li, Qing and Lin, Liang and Zhang, Quanshi},
  year          = {2024},
  eprint        = {2405.10262},
  archivePrefix = {arXiv}
}`,
  dividend: `@incollection{harsanyi1959bargaining,
  title     = {A Bargaining Model for the Cooperative n-Person Game},
  author    = {Harsanyi, John C.},
  booktitle = {Contributions to the Theory of Games IV},
  pages     = {325--355},
  publisher = {Princeton University Press},
  year      = {1959}
}`,
  dynamics: `@misc{ren2024dynamics,
  title         = {Towards the Dynamics of a {DNN} Learning Symbolic Interactions},
  author        = {Ren, Qihan and Zhang, Junpeng and Xu, Yang and Xin, Yue and Liu, Dongrui and Zhang, Quanshi},
  year          = {2024},
  eprint        = {2407.19198},
  archivePrefix = {arXiv}
}`,
  halpern: `@misc{chen2024hprlp,
  title         = {{HPR-LP}: An Implementation of an {HPR} Method for Solving Linear Programming},
  author        = {Chen, Kaihuang and Sun, Defeng and Yuan, Yancheng and Zhang, Guojun and Zhao, Xinyuan},
  year          = {2024},
  eprint        = {2408.12179},
  archivePrefix = {arXiv}
}`,
  restarts: `@misc{lu2024restarted,
  title         = {Restarted {Halpern} {PDHG} for Linear Programming},
  author        = {Lu, Haihao and Yang, Jinwen},
  year          = {2024},
  eprint        = {2407.16144},
  archivePrefix = {arXiv}
}`,
} as const

const mnist = `@article{lecun1998gradient,
  title   = {Gradient-Based Learning Applied to Document Recognition},
  author  = {LeCun, Yann and Bottou, L{\\'e}on and Bengio, Yoshua and Haffner, Patrick},
  journal = {Proceedings of the IEEE},
  volume  = {86},
  number  = {11},
  pages   = {2278--2324},
  year    = {1998}
}`

const cifar = `@techreport{krizhevsky2009learning,
  title       = {Learning Multiple Layers of Features from Tiny Images},
  author      = {Krizhevsky, Alex},
  institution = {University of Toronto},
  year        = {2009}
}`

/** Data sets by `data.source`; sources that are made up or the user's own have none. */
const datasets: Readonly<Record<string, string>> = {
  mnist,
  'fashion-mnist': `@misc{xiao2017fashion,
  title         = {Fashion-{MNIST}: a Novel Image Dataset for Benchmarking Machine Learning Algorithms},
  author        = {Xiao, Han and Rasul, Kashif and Vollgraf, Roland},
  year          = {2017},
  eprint        = {1708.07747},
  archivePrefix = {arXiv}
}`,
  cifar10: cifar,
  cifar100: cifar,
  'tic-tac-toe': `@misc{aha1991tictactoe,
  title     = {Tic-Tac-Toe Endgame},
  author    = {Aha, David},
  year      = {1991},
  publisher = {UCI Machine Learning Repository}
}`,
  sst2: `@inproceedings{socher2013recursive,
  title     = {Recursive Deep Models for Semantic Compositionality Over a Sentiment Treebank},
  author    = {Socher, Richard and Perelygin, Alex and Wu, Jean and Chuang, Jason and Manning, Christopher D. and Ng, Andrew and Potts, Christopher},
  booktitle = {Proceedings of EMNLP},
  pages     = {1631--1642},
  year      = {2013}
}`,
}

/** Entries for a study on this data source, or for the methods alone. */
export function bibliography(source: string | undefined): string {
  const data = source === undefined ? undefined : datasets[source]
  return [...Object.values(methods), ...(data === undefined ? [] : [data])].join('\n\n')
}
