#include "attributes.h"

#include <string>

#include "tensorflow.h"

namespace tfd {
namespace {

int32_t readInt(TF_OpKernelConstruction* construction, const char* name) {
  int32_t value = 0;
  Status status;
  TF_OpKernelConstruction_GetAttrInt32(construction, name, &value, status.get());
  status.check();
  return value;
}

TF_DataType readType(TF_OpKernelConstruction* construction) {
  TF_DataType value = TF_FLOAT;
  Status status;
  TF_OpKernelConstruction_GetAttrType(construction, "T", &value, status.get());
  status.check();
  elementSize(value);
  return value;
}

Reduction readReduction(TF_OpKernelConstruction* construction) {
  int32_t list = 0, length = 0;
  Status status;
  TF_OpKernelConstruction_GetAttrSize(construction, "reduction", &list, &length, status.get());
  status.check();
  std::string value(length, '\0');
  TF_OpKernelConstruction_GetAttrString(construction, "reduction", &value[0], length, status.get());
  status.check();
  if (value == "mean") return Reduction::kMean;
  if (value == "min") return Reduction::kMin;
  if (value == "max") return Reduction::kMax;
  return Reduction::kSum;
}

}  // namespace

Attributes readAttributes(TF_OpKernelConstruction* construction, AttributeNames names) {
  Attributes attributes;
  attributes.exchange.tag = readInt(construction, "tag");
  if (names.type) attributes.exchange.type = readType(construction);
  if (names.reduction) attributes.exchange.reduction = readReduction(construction);
  if (names.root) attributes.root = readInt(construction, "root");
  return attributes;
}

}  // namespace tfd
