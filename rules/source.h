// SPDX-License-Identifier: Apache-2.0
//
// SourceFile, SourceSet: the text of rule files, and where in it something
// stands. Every later stage speaks of text as a Span of byte offsets; line
// and column are computed when a person is shown something.
//
// Ownership: a SourceSet owns its files; they never move.
// Threads:   build in one thread, then read from any.
// Tested by: tests/rules/source_test.cc
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace tocsin::rules {

using FileId = uint32_t;  // index in a SourceSet

// Bytes [begin, end) of a file. An empty span marks a place.
struct Span {
  FileId file = 0;
  uint32_t begin = 0;
  uint32_t end = 0;

  bool operator==(const Span&) const = default;
};

// The smallest span that holds both; they are of the same file.
Span Cover(Span a, Span b);

// Both count from 1; a column is a code point (an invalid byte counts as one).
struct Position {
  uint32_t line = 1;
  uint32_t column = 1;

  bool operator==(const Position&) const = default;
};

class SourceFile {
 public:
  SourceFile(FileId id, std::string path, std::string text);

  FileId id() const { return id_; }
  const std::string& path() const { return path_; }  // as shown to people
  std::string_view text() const { return text_; }

  // Where byte `offset` stands; past the end: the place after the last byte.
  Position PositionOf(uint32_t offset) const;
  // The number of the line of a byte, from 1; without counting columns.
  uint32_t LineOf(uint32_t offset) const;
  uint32_t line_count() const {
    return static_cast<uint32_t>(line_begins_.size());
  }
  // First byte of a line, 1 <= line <= line_count().
  uint32_t LineBegin(uint32_t line) const { return line_begins_[line - 1]; }
  // The line without its line end (\n or \r\n).
  std::string_view LineText(uint32_t line) const;
  // The bytes of `span`, cut to the file.
  std::string_view Text(Span span) const;

 private:
  FileId id_;
  std::string path_;
  std::string text_;
  std::vector<uint32_t> line_begins_;
};

class SourceSet {
 public:
  // Text of 4 GiB or more is cut; the lexer refuses far smaller ones.
  FileId Add(std::string path, std::string text);

  const SourceFile& file(FileId id) const { return *files_[id]; }
  FileId size() const { return static_cast<FileId>(files_.size()); }

 private:
  std::vector<std::unique_ptr<const SourceFile>> files_;
};

}  // namespace tocsin::rules
