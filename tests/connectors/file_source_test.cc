// SPDX-License-Identifier: Apache-2.0
#include "connectors/file_source.h"

#include <filesystem>
#include <vector>

#include <fcntl.h>
#include <sys/stat.h>

#include <catch2/catch_test_macros.hpp>

#include "tests/connectors/temp_folder.h"

namespace tocsin::connectors {
namespace {

namespace fs = std::filesystem;

FileSourceOptions Options(const TempFolder& folder, bool follow) {
  FileSourceOptions options;
  options.input = InputId{0};
  options.path = folder / "auth.log";
  options.follow = follow;
  if (follow) options.journal = folder / "auth.journal";
  return options;
}

using Line = std::pair<int64_t, std::string>;

// Polls until nothing more comes twice in a row.
std::vector<Line> Drain(FileSource* source, size_t max_messages = 100) {
  std::vector<Line> lines;
  for (int quiet = 0; quiet < 2 && !source->finished();) {
    Batch batch;
    REQUIRE(source->Poll(0, max_messages, 1 << 20, &batch).ok());
    quiet = batch.messages.empty() ? quiet + 1 : 0;
    for (const RawMessage& message : batch.messages) {
      lines.emplace_back(message.offset, batch.bytes(message));
    }
  }
  return lines;
}

TEST_CASE("FileSource: offsets are line numbers from zero") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\nb\nc");
  FileSource source(Options(folder, false));
  REQUIRE(source.Start({}).ok());
  CHECK(Drain(&source, 2) == std::vector<Line>{{0, "a"}, {1, "b"}, {2, "c"}});
  CHECK(source.finished());
}

TEST_CASE("FileSource: lines say when their file was last written") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "Dec 31 23:59:59 web sshd[1]: hello\n");
  const timespec times[2] = {{1'767'182'400, 0}, {1'767'182'400, 500}};
  REQUIRE(::utimensat(AT_FDCWD, (folder / "auth.log").c_str(), times, 0) == 0);
  FileSource source(Options(folder, false));
  REQUIRE(source.Start({}).ok());
  Batch batch;
  REQUIRE(source.Poll(0, 10, 1 << 20, &batch).ok());
  REQUIRE(batch.messages.size() == 1);
  CHECK(batch.messages[0].record_time == kMinTime);
  CHECK(batch.messages[0].written == 1'767'182'400 * kSecond + 500);
  CHECK(batch.messages[0].year_from() == batch.messages[0].written);
}

TEST_CASE("FileSource: goes on after the line it was told") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\nb\nc\n");
  FileSource source(Options(folder, false));
  REQUIRE(source.Start({{{InputId{0}, 0}, 2}}).ok());
  CHECK(Drain(&source) == std::vector<Line>{{2, "c"}});
}

TEST_CASE("FileSource: a missing file is an error unless it is followed") {
  const TempFolder folder;
  FileSource once(Options(folder, false));
  CHECK(absl::IsNotFound(once.Start({})));
  FileSource followed(Options(folder, true));
  REQUIRE(followed.Start({}).ok());
  CHECK_FALSE(followed.ready());
  WriteFile(folder / "auth.log", "late\n");
  CHECK(Drain(&followed) == std::vector<Line>{{0, "late"}});
  CHECK(followed.ready());
}

TEST_CASE("FileSource: following waits for the end of a line") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\nhal");
  FileSource source(Options(folder, true));
  REQUIRE(source.Start({}).ok());
  CHECK(Drain(&source) == std::vector<Line>{{0, "a"}});
  CHECK(source.Partitions()[0].caught_up);
  WriteFile(folder / "auth.log", "f\n", true);
  CHECK(Drain(&source) == std::vector<Line>{{1, "half"}});
}

TEST_CASE("FileSource: a rotated file is read to its end, numbers go on") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\n");
  FileSource source(Options(folder, true));
  REQUIRE(source.Start({}).ok());
  CHECK(Drain(&source) == std::vector<Line>{{0, "a"}});
  WriteFile(folder / "auth.log", "b\n", true);
  fs::rename(folder / "auth.log", folder / "auth.log.1");
  WriteFile(folder / "auth.log", "c\n");
  CHECK(Drain(&source) == std::vector<Line>{{1, "b"}, {2, "c"}});
}

TEST_CASE("FileSource: a truncated file starts anew, numbers go on") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "first\nsecond\n");
  FileSource source(Options(folder, true));
  REQUIRE(source.Start({}).ok());
  CHECK(Drain(&source).size() == 2);
  WriteFile(folder / "auth.log", "x\n");
  CHECK(Drain(&source) == std::vector<Line>{{2, "x"}});
}

TEST_CASE("FileSource: after a restart a position finds its rotated file") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\nb\nc\n");
  {
    FileSource source(Options(folder, true));
    REQUIRE(source.Start({}).ok());
    CHECK(Drain(&source).size() == 3);
  }
  fs::rename(folder / "auth.log", folder / "auth.log.1");
  WriteFile(folder / "auth.log", "d\n");
  FileSource source(Options(folder, true));
  REQUIRE(source.Start({{{InputId{0}, 0}, 1}}).ok());
  CHECK(Drain(&source) == std::vector<Line>{{1, "b"}, {2, "c"}, {3, "d"}});
  CHECK(source.TakeHoles().empty());
}

TEST_CASE("FileSource: lines of a file that is gone are a hole, not silence") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\nb\n");
  {
    FileSource source(Options(folder, true));
    REQUIRE(source.Start({}).ok());
    CHECK(Drain(&source).size() == 2);
    fs::rename(folder / "auth.log", folder / "auth.log.1");
    WriteFile(folder / "auth.log", "c\n");
    CHECK(Drain(&source) == std::vector<Line>{{2, "c"}});
  }
  fs::remove(folder / "auth.log.1");
  FileSource source(Options(folder, true));
  REQUIRE(source.Start({{{InputId{0}, 0}, 1}}).ok());
  CHECK(Drain(&source) == std::vector<Line>{{2, "c"}});
  const std::vector<Hole> holes = source.TakeHoles();
  REQUIRE(holes.size() == 1);
  CHECK(holes[0].from == 1);
  CHECK(holes[0].to == 2);
}

TEST_CASE("FileSource: empty lines keep their numbers") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\n\n\nb\n");
  FileSource source(Options(folder, false));
  REQUIRE(source.Start({}).ok());
  CHECK(Drain(&source) ==
        std::vector<Line>{{0, "a"}, {1, ""}, {2, ""}, {3, "b"}});
  CHECK(source.Partitions()[0].ended);
}

TEST_CASE("FileSource: a batch stops at its bytes, the rest comes next") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "aaaa\nbbbb\ncccc\ndddd\n");
  FileSource source(Options(folder, false));
  REQUIRE(source.Start({}).ok());
  Batch batch;
  REQUIRE(source.Poll(0, 100, 6, &batch).ok());
  CHECK(batch.messages.size() == 2);
  CHECK_FALSE(source.finished());
  CHECK(Drain(&source) == std::vector<Line>{{2, "cccc"}, {3, "dddd"}});
}

TEST_CASE("FileSource: a paused source delivers nothing") {
  const TempFolder folder;
  WriteFile(folder / "auth.log", "a\n");
  FileSource source(Options(folder, true));
  REQUIRE(source.Start({}).ok());
  source.Pause({InputId{0}, 0});
  CHECK(Drain(&source).empty());
  source.Unpause({InputId{0}, 0});
  CHECK(Drain(&source).size() == 1);
}

}  // namespace
}  // namespace tocsin::connectors
