// The classes that protoc makes from ONNX's schema, as Debian's libonnx_proto has them. Slow to compile, and under
// two macros that the library was built with: for io/internal/onnx_*.cpp and tests only.
//
// The shared library is linked instead of classes of our own, because a process may hold one description of
// onnx-ml.proto only: with two, a program that loads PyTorch or Python's onnx beside nadir is ended by protobuf.
#pragma once

#define ONNX_NAMESPACE onnx
#define ONNX_ML 1
#include <onnx/onnx_pb.h>
