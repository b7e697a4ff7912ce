// SPDX-License-Identifier: Apache-2.0
#include "connectors/byte_stream.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

namespace tocsin::connectors {
namespace {

Status OpenError(const std::string& path) {
  const std::string message =
      StrCat("cannot open ", path, ": ", std::strerror(errno));
  return errno == ENOENT ? NotFound(message) : Unavailable(message);
}

class PlainStream final : public ByteStream {
 public:
  PlainStream(std::string path, int fd) : path_(std::move(path)), fd_(fd) {}
  ~PlainStream() override {
    if (fd_ != STDIN_FILENO) ::close(fd_);
  }
  StatusOr<size_t> Read(std::span<char> into) override {
    for (;;) {
      const ssize_t got = ::read(fd_, into.data(), into.size());
      if (got >= 0) return static_cast<size_t>(got);
      if (errno != EINTR) {
        return Unavailable(
            StrCat("cannot read ", path_, ": ", std::strerror(errno)));
      }
    }
  }
  int descriptor() const override { return fd_; }

 private:
  std::string path_;
  int fd_;
};

class GzipStream final : public ByteStream {
 public:
  GzipStream(std::string path, gzFile file)
      : path_(std::move(path)), file_(file) {
    gzbuffer(file_, 1 << 18);
  }
  ~GzipStream() override { gzclose(file_); }
  StatusOr<size_t> Read(std::span<char> into) override {
    const int got =
        gzread(file_, into.data(), static_cast<unsigned>(into.size()));
    int code = Z_OK;
    const char* why = gzerror(file_, &code);
    // A file that ends inside a member reads short with Z_BUF_ERROR.
    if (got < 0 || code == Z_BUF_ERROR || code == Z_DATA_ERROR) {
      if (got > 0) return static_cast<size_t>(got);
      return DataLoss(StrCat(path_, ": damaged or cut off gzip data (", why,
                             "); what came before it was read"));
    }
    return static_cast<size_t>(got);
  }

 private:
  std::string path_;
  gzFile file_;
};

class ZstdStream final : public ByteStream {
 public:
  ZstdStream(std::string path, std::unique_ptr<ByteStream> raw)
      : path_(std::move(path)),
        raw_(std::move(raw)),
        context_(ZSTD_createDStream()),
        buffer_(ZSTD_DStreamInSize()) {}
  ~ZstdStream() override { ZSTD_freeDStream(context_); }
  StatusOr<size_t> Read(std::span<char> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos == 0) {
      if (in_.pos == in_.size) {
        ASSIGN_OR_RETURN(const size_t got, raw_->Read(buffer_));
        if (got == 0 && !inside_frame_) return 0;
        if (got == 0) return Damaged("cut off");
        in_ = {buffer_.data(), got, 0};
      }
      const size_t left = ZSTD_decompressStream(context_, &out, &in_);
      if (ZSTD_isError(left) != 0) return Damaged(ZSTD_getErrorName(left));
      inside_frame_ = left != 0;
    }
    return out.pos;
  }

 private:
  Status Damaged(const char* why) const {
    return DataLoss(StrCat(path_, ": damaged zstd data (", why,
                           "); what came before it was read"));
  }
  std::string path_;
  std::unique_ptr<ByteStream> raw_;
  ZSTD_DStream* context_;
  std::vector<char> buffer_;
  ZSTD_inBuffer in_{nullptr, 0, 0};
  bool inside_frame_ = false;
};

StatusOr<std::unique_ptr<ByteStream>> OpenPlain(const std::string& path) {
  const int fd =
      path == "-" ? STDIN_FILENO : ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return OpenError(path);
  return std::make_unique<PlainStream>(path, fd);
}

}  // namespace

StatusOr<std::unique_ptr<ByteStream>> OpenByteStream(const std::string& path) {
  if (std::string_view(path).ends_with(".gz")) {
    gzFile file = gzopen(path.c_str(), "rb");
    if (file == nullptr) return OpenError(path);
    return std::make_unique<GzipStream>(path, file);
  }
  ASSIGN_OR_RETURN(std::unique_ptr<ByteStream> plain, OpenPlain(path));
  if (!std::string_view(path).ends_with(".zst")) return plain;
  return std::make_unique<ZstdStream>(path, std::move(plain));
}

}  // namespace tocsin::connectors
