#include "attributes.h"

#include <stdexcept>
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
  if (value == "product") return Reduction::kProduct;
  return Reduction::kSum;
}

std::vector<int64_t> readSizes(TF_OpKernelConstruction* construction) {
  int32_t length = 0, total = 0;
  Status status;
  TF_OpKernelConstruction_GetAttrSize(construction, "sizes", &length, &total, status.get());
  status.check();
  std::vector<int32_t> values(length);
  if (length > 0) TF_OpKernelConstruction_GetAttrInt32List(construction, "sizes", values.data(), length, status.get());
  status.check();
  return std::vector<int64_t>(values.begin(), values.end());
}

}  // namespace

Attributes readAttributes(TF_OpKernelConstruction* construction, Kind kind, AttributeNames names) {
  Attributes attributes;
  attributes.exchange.kind = kind;
  attributes.exchange.tag = readInt(construction, "tag");
  if (names.type) attributes.exchange.type = readType(construction);
  if (names.reduction) attributes.exchange.reduction = readReduction(construction);
  if (names.root) attributes.exchange.root = readInt(construction, "root");
  if (names.sizes) attributes.sizes = readSizes(construction);
  const auto& exchange = attributes.exchange;
  if (names.reduction && exchange.type == TF_BOOL && exchange.reduction != Reduction::kMin &&
      exchange.reduction != Reduction::kMax) {
    throw std::invalid_argument("bool is reduced by min (all are true) or max (one is true)");
  }
  return attributes;
}

}  // namespace tfd
