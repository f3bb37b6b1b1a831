/**
 * Raised when what is stored under an id would come out differently, so that old results are not taken
 * for new. 2: the gradient of max pooling goes to one of several equal maxima.
 */
export const ARTIFACT_VERSION = 2
