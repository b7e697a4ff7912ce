// SPDX-License-Identifier: Apache-2.0
#include "engine/detect/detector.h"
namespace tocsin {
std::unique_ptr<Detector> MakeSequenceDetector(const DetectorContext& context) {
  return MakeEventDetector(context);
}
}  // namespace tocsin
