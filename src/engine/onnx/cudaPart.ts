/**
 * What brings ONNX Runtime's CUDA part to a checkout: the package's own script, since npm does not run the
 * scripts of a package that is installed already.
 */
export const ADD_CUDA =
  'node node_modules/onnxruntime-node/script/install.js --onnxruntime-node-install=cuda12'
