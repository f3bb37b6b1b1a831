/**
 * Signals that ask a run to stop at the next safe point: Ctrl-C, `kill` and what containers and batch systems send,
 * a closed terminal, and the one that a batch system can be told to send before a time limit.
 */
export const STOP_SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP', 'SIGUSR2']
