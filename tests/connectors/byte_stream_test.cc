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

// The lines that could be read, and how it ended.
Status ReadAll(const std::string& path, size_t* lines) {
  LineReader reader = Open(path);
  for (*lines = 0;; ++*lines) {
    const auto line = reader.Next();
    if (!line.ok()) return line.status();
    if (!*line) return OkStatus();
  }
}

std::string Numbers() {
  std::string text;
  for (int i = 0; i < 50'000; ++i) text += std::to_string(i * 7919) + "\n";
  return text;
}

TEST_CASE("ByteStream: compressed data that is cut off is an error") {
  const TempFolder folder;
  const std::string zst = Zstd(Numbers());
  WriteGzip(folder / "whole.gz", Numbers(), "wb");
  const std::string gz = ReadFile(folder / "whole.gz");
  WriteFile(folder / "cut.zst", zst.substr(0, zst.size() - 20));
  WriteFile(folder / "cut.gz", gz.substr(0, gz.size() - 20));
  for (const char* name : {"cut.zst", "cut.gz"}) {
    size_t lines = 0;
    const Status status = ReadAll(folder / name, &lines);
    CAPTURE(name, Message(status));
    CHECK(absl::IsDataLoss(status));
    CHECK(Message(status).find(name) != std::string::npos);
    CHECK(lines > 1000);  // what came before it was read
  }
}

TEST_CASE("ByteStream: compressed data that is damaged is an error") {
  const TempFolder folder;
  WriteGzip(folder / "bad.gz", Numbers(), "wb");
  std::string gz = ReadFile(folder / "bad.gz");
  gz[gz.size() / 2] = static_cast<char>(~gz[gz.size() / 2]);
  WriteFile(folder / "bad.gz", gz);
  WriteFile(folder / "bad.zst", "this is no zstd at all");
  for (const char* name : {"bad.zst", "bad.gz"}) {
    size_t lines = 0;
    CAPTURE(name);
    CHECK(absl::IsDataLoss(ReadAll(folder / name, &lines)));
  }
}

TEST_CASE("ByteStream: a missing file is NotFound") {
  CHECK(absl::IsNotFound(OpenByteStream("/nowhere/a.log").status()));
}

}  // namespace
}  // namespace tocsin::connectors
