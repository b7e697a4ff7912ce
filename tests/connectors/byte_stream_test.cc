// SPDX-License-Identifier: Apache-2.0
#include "connectors/byte_stream.h"

#include <vector>

#include <zlib.h>
#include <zstd.h>
#include <catch2/catch_test_macros.hpp>

#include "connectors/line_reader.h"
#include "tests/connectors/temp_folder.h"

namespace tocsin::connectors {
namespace {

LineReader Open(const std::string& path, size_t limit = 1000) {
  auto stream = OpenByteStream(path);
  REQUIRE(stream.ok());
  return LineReader(std::move(*stream), limit);
}

std::vector<std::string> Lines(LineReader* reader) {
  std::vector<std::string> lines;
  for (;;) {
    const auto line = reader->Next();
    REQUIRE(line.ok());
    if (!*line) return lines;
    lines.emplace_back(**line);
  }
}

void WriteGzip(const std::string& path, const std::string& text,
               const char* mode) {
  gzFile file = gzopen(path.c_str(), mode);
  gzwrite(file, text.data(), static_cast<unsigned>(text.size()));
  gzclose(file);
}

std::string Zstd(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(
      ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 1));
  return out;
}

TEST_CASE("ByteStream: gzip with several members reads as one file") {
  const TempFolder folder;
  WriteGzip(folder / "a.gz", "one\n", "wb");
  WriteGzip(folder / "a.gz", "two\n", "ab");
  LineReader reader = Open(folder / "a.gz");
  CHECK(Lines(&reader) == std::vector<std::string>{"one", "two"});
}

TEST_CASE("ByteStream: zstd with several frames reads as one file") {
  const TempFolder folder;
  WriteFile(folder / "a.zst", Zstd("one\n") + Zstd("two\n"));
  LineReader reader = Open(folder / "a.zst");
  CHECK(Lines(&reader) == std::vector<std::string>{"one", "two"});
}

TEST_CASE(
    "ByteStream: compressed data that is cut off is an error with a name") {
  const TempFolder folder;
  std::string text;
  for (int i = 0; i < 5000; ++i) text += std::to_string(i * 7919) + "\n";
  const std::string packed = Zstd(text);
  WriteFile(folder / "a.zst", packed.substr(0, packed.size() - 20));
  LineReader reader = Open(folder / "a.zst");
  Status status;
  for (;;) {
    const auto line = reader.Next();
    status = line.status();
    if (!status.ok() || !*line) break;
  }
  CHECK(absl::IsDataLoss(status));
  CHECK(Message(status).find("a.zst") != std::string::npos);
}

TEST_CASE("ByteStream: a missing file is NotFound") {
  CHECK(absl::IsNotFound(OpenByteStream("/nowhere/a.log").status()));
}

}  // namespace
}  // namespace tocsin::connectors
