// SPDX-License-Identifier: Apache-2.0
#include "rules/compile.h"

#include <catch2/catch_test_macros.hpp>

#include <fstream>

#include "tests/paths.h"
#include "tests/rules/compiled.h"

namespace tocsin::rules {
namespace {

TEST_CASE("the rules of examples/ compile without a mistake") {
  CompileOptions options;
  options.paths = {(testing::SourceDir() / "examples").string()};
  const StatusOr<CompileResult> result = Compile(options);
  REQUIRE(result.ok());
  CHECK(RenderDiagnostics(result->sources, result->diagnostics) == "");
  REQUIRE(result->plan != nullptr);
  CHECK(result->plan->rules.size() >= 8);
  CHECK(result->tests.size() >= 16);
}

}  // namespace
}  // namespace tocsin::rules
