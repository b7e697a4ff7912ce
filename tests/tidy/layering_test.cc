// SPDX-License-Identifier: Apache-2.0
//
// Layering: no file of engine/, rules/ or connectors/ includes against the
// order in which data flows (DESIGN: "The house").
#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "tests/tidy/source_tree.h"

namespace tocsin::testing {
namespace {

TEST_CASE("Layering: a folder sees itself and what stands before it") {
  CHECK(MayInclude("engine/plan", "engine/plan"));
  CHECK(MayInclude("engine/plan", "engine/event"));
  CHECK(MayInclude("engine/cmd", "rules"));
  CHECK(MayInclude("engine/cmd", "connectors"));
  CHECK(MayInclude("rules", "engine/plan"));
  CHECK(MayInclude("connectors", "engine/pipeline"));

  CHECK_FALSE(MayInclude("engine/plan", "engine/match"));
  CHECK_FALSE(MayInclude("engine/base", "engine/event"));
  CHECK_FALSE(MayInclude("engine/pipeline", "rules"));
  CHECK_FALSE(MayInclude("engine/pipeline", "connectors"));
  CHECK_FALSE(MayInclude("rules", "engine/match"));
  CHECK_FALSE(MayInclude("rules", "connectors"));
  CHECK_FALSE(MayInclude("connectors", "rules"));
  CHECK_FALSE(MayInclude("connectors", "engine/cmd"));
}

TEST_CASE("Layering: every quoted include is seen, however it is spaced") {
  const auto includes = QuotedIncludes(
      "#include \"engine/base/time.h\"\n  # include  \"rules/ast.h\"\n"
      "#include <vector>\n// #include \"no/comment.h\"\n");
  CHECK(includes ==
        std::vector<std::string>{"engine/base/time.h", "rules/ast.h"});
}

TEST_CASE("Layering: an include against the order is a complaint") {
  const std::string text =
      GENERATE("#include \"engine/match/match.h\"\n",
               "#include \"rules/ast.h\"\n", "#include \"tests/golden.h\"\n");
  CAPTURE(text);
  CHECK(CheckLayering({"engine/plan/made_up.cc", text}).size() == 1);
}

TEST_CASE("Layering: an include path starts at the root") {
  CHECK(CheckLayering({"engine/base/made_up.cc", "#include \"time.h\"\n"})
            .size() == 1);
  CHECK(CheckLayering(
            {"engine/base/made_up.cc", "#include \"absl/status/status.h\"\n"})
            .empty());
}

TEST_CASE("Layering: a folder outside the layout is a complaint") {
  CHECK(CheckLayering({"engine/util/strings.cc", ""}).size() == 1);
}

TEST_CASE("Layering: the tree keeps the order") {
  size_t files = 0;
  std::string complaints;
  for (const SourceFile& file : LoadSourceTree()) {
    files += LayerOf(file.path).empty() ? 0 : 1;
    for (const auto& what : CheckLayering(file)) complaints += what + "\n";
  }
  CHECK(files > 9);
  CHECK(complaints == "");
}

}  // namespace
}  // namespace tocsin::testing
