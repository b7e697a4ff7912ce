// SPDX-License-Identifier: Apache-2.0
//
// Dead letters as they leave the engine: why, where it was, and the bytes.
//
// Threads: pure function. Tested by: tests/engine/pipeline/replay_test.cc
#pragma once

#include <string>

#include "engine/event/input.h"
#include "engine/match/match.h"

namespace tocsin {

// One JSON object without line end: reason, detail, input, topic, partition,
// offset, index, record_time where there is one, and `payload`; what is no
// valid UTF-8 stands in `payload_base64` instead.
std::string DeadLetterJson(const DeadLetter& letter, const Inputs& inputs);

}  // namespace tocsin
