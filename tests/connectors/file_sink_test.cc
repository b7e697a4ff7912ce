// SPDX-License-Identifier: Apache-2.0
#include "connectors/file_sink.h"

#include <catch2/catch_test_macros.hpp>

#include "tests/connectors/temp_folder.h"

namespace tocsin::connectors {
namespace {

std::unique_ptr<RecordSink> Open(const std::string& path,
                                 FileMode mode = FileMode::kAppend) {
  auto sink = OpenFileSink(path, mode);
  REQUIRE(sink.ok());
  return std::move(*sink);
}

TEST_CASE("FileSink: records are lines, appended to what is there") {
  const TempFolder folder;
  WriteFile(folder / "out", "{\"a\":1}\n");
  Open(folder / "out")->Write({"", "{\"b\":2}", {}}).IgnoreError();
  CHECK(ReadFile(folder / "out") == "{\"a\":1}\n{\"b\":2}\n");
}

TEST_CASE("FileSink: replacing starts with an empty file") {
  const TempFolder folder;
  WriteFile(folder / "out", "old\n");
  auto sink = Open(folder / "out", FileMode::kReplace);
  REQUIRE(sink->Write({"", "new", {}}).ok());
  REQUIRE(sink->Flush().ok());
  CHECK(ReadFile(folder / "out") == "new\n");
}

TEST_CASE("FileSink: rewinding cuts off what came after the mark") {
  const TempFolder folder;
  std::string mark;
  {
    auto sink = Open(folder / "out");
    REQUIRE(sink->Write({"", "kept", {}}).ok());
    REQUIRE(sink->Flush().ok());
    mark = sink->Mark();
    REQUIRE(sink->Write({"", "repeated", {}}).ok());
    REQUIRE(sink->Flush().ok());
  }
  auto sink = Open(folder / "out");
  REQUIRE(sink->Rewind(mark).ok());
  REQUIRE(sink->Write({"", "repeated", {}}).ok());
  REQUIRE(sink->Flush().ok());
  CHECK(ReadFile(folder / "out") == "kept\nrepeated\n");
}

TEST_CASE("FileSink: the mark of another file cuts nothing") {
  const TempFolder folder;
  WriteFile(folder / "out", "one\n");
  auto sink = Open(folder / "out");
  REQUIRE(sink->Rewind("12345 0").ok());
  CHECK(ReadFile(folder / "out") == "one\n");
}

TEST_CASE("FileSink: a full disk is reported and keeps no half record") {
  auto sink = Open("/dev/full");
  REQUIRE(sink->Write({"", "{}", {}}).ok());
  const Status flushed = sink->Flush();
  CHECK(absl::IsResourceExhausted(flushed));
  CHECK(Message(flushed).find("No space left") != std::string::npos);
}

}  // namespace
}  // namespace tocsin::connectors
