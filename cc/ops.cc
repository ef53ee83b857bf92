#include "ops.h"

#include <initializer_list>

#include "tensorflow.h"

namespace tfd {
namespace {

constexpr const char* kType = "T: {float, double, half, bfloat16, int32, int64, bool}";
constexpr const char* kReduction = "reduction: {'sum', 'mean', 'min', 'max', 'product'} = 'sum'";
constexpr const char* kTag = "tag: int = 0";
constexpr const char* kCommunicator = "communicator: int64";

class Shape {
 public:
  TF_ShapeHandle* get() const { return handle_.get(); }

 private:
  struct Delete {
    void operator()(TF_ShapeHandle* handle) const { TF_DeleteShapeHandle(handle); }
  };
  std::unique_ptr<TF_ShapeHandle, Delete> handle_{TF_NewShapeHandle()};
};

// The communicator is the last input, and a scalar.
void checkCommunicator(TF_ShapeInferenceContext* context, TF_Status* status) {
  Shape communicator, scalar;
  const int last = static_cast<int>(TF_ShapeInferenceContextNumInputs(context)) - 1;
  TF_ShapeInferenceContextGetInput(context, last, communicator.get(), status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_ShapeInferenceContextWithRank(context, communicator.get(), 0, scalar.get(), status);
}

// Every output has the shape of the input at its place.
void sameShapes(TF_ShapeInferenceContext* context, TF_Status* status) {
  checkCommunicator(context, status);
  const int numTensors = static_cast<int>(TF_ShapeInferenceContextNumInputs(context)) - 1;
  for (int i = 0; i < numTensors && TF_GetCode(status) == TF_OK; i++) {
    Shape shape;
    TF_ShapeInferenceContextGetInput(context, i, shape.get(), status);
    if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, i, shape.get(), status);
  }
}

// The output is the input with a first dimension that depends on the size of the communicator.
void firstDimensionUnknown(TF_ShapeInferenceContext* context, TF_Status* status) {
  checkCommunicator(context, status);
  if (TF_GetCode(status) != TF_OK) return;
  Shape input, ranked, rest, unknown, first, output;
  TF_ShapeInferenceContextGetInput(context, 0, input.get(), status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_ShapeInferenceContextWithRankAtLeast(context, input.get(), 1, ranked.get(), status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_ShapeInferenceContextSubshape(context, ranked.get(), 1, INT64_MAX, rest.get(), status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_ShapeInferenceContextWithRank(context, unknown.get(), 1, first.get(), status);
  if (TF_GetCode(status) != TF_OK) return;
  TF_ShapeInferenceContextConcatenateShapes(context, first.get(), rest.get(), output.get(), status);
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, 0, output.get(), status);
}

struct Definition {
  const char* name;
  std::initializer_list<const char*> inputs;
  std::initializer_list<const char*> outputs;
  std::initializer_list<const char*> attributes;
  void (*shape)(TF_ShapeInferenceContext*, TF_Status*);
};

void registerOp(const Definition& definition) {
  auto* builder = TF_NewOpDefinitionBuilder(definition.name);
  for (const char* spec : definition.inputs) TF_OpDefinitionBuilderAddInput(builder, spec);
  for (const char* spec : definition.outputs) TF_OpDefinitionBuilderAddOutput(builder, spec);
  for (const char* spec : definition.attributes) TF_OpDefinitionBuilderAddAttr(builder, spec);
  TF_OpDefinitionBuilderSetIsStateful(builder, true);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(builder, definition.shape);
  Status status;
  TF_RegisterOpDefinition(builder, status.get());
  status.check();
}

}  // namespace

void registerOps() {
  registerOp({"TfdAllReduce",
              {"inputs: N * T", kCommunicator},
              {"outputs: N * T"},
              {"N: int >= 1", kType, kReduction, kTag},
              sameShapes});
  registerOp({"TfdBroadcast",
              {"inputs: N * T", kCommunicator},
              {"outputs: N * T"},
              {"N: int >= 1", kType, "root: int = 0", kTag},
              sameShapes});
  registerOp({"TfdAllGather", {"input: T", kCommunicator}, {"output: T"}, {kType, "sizes: list(int) = []", kTag},
              firstDimensionUnknown});
  registerOp({"TfdReduceScatter",
              {"input: T", kCommunicator},
              {"output: T"},
              {kType, kReduction, kTag},
              firstDimensionUnknown});
  registerOp({"TfdAllToAll", {"input: T", kCommunicator}, {"output: T"}, {kType, kTag}, sameShapes});
  registerOp({"TfdBarrier", {kCommunicator}, {}, {kTag}, checkCommunicator});
}

}  // namespace tfd
