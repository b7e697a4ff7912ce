// SPDX-License-Identifier: Apache-2.0
#include "connectors/kafka_sink.h"

#include <array>
#include <utility>
#include <vector>

namespace tocsin::connectors {
namespace {

constexpr int kPollMs = 100;

class KafkaSink final : public RecordSink {
 public:
  KafkaSink(KafkaSinkOptions options, KafkaLog log)
      : options_(std::move(options)), log_(std::move(log)) {}
  ~KafkaSink() override {
    if (producer_ == nullptr) return;
    rd_kafka_purge(producer_,
                   RD_KAFKA_PURGE_F_QUEUE | RD_KAFKA_PURGE_F_INFLIGHT);
    rd_kafka_poll(producer_, 0);
    rd_kafka_destroy(producer_);
  }

  Status Start() {
    const KafkaProperties defaults = {
        {"bootstrap.servers", options_.brokers},
        {"client.id", "tocsin"},
        {"enable.idempotence", "true"},
        {"enable.gapless.guarantee", "true"},
        {"acks", "all"},
        {"message.timeout.ms", "0"},
        {"linger.ms", "5"},
        {"reconnect.backoff.max.ms", "2000"},
        {"compression.type", "lz4"},
        {"queue.buffering.max.messages", "100000"},
        {"log.connection.close", "false"},
    };
    ASSIGN_OR_RETURN(KafkaConf conf,
                     MakeKafkaConf(defaults, options_.properties));
    rd_kafka_conf_set_opaque(conf.get(), this);
    rd_kafka_conf_set_dr_msg_cb(conf.get(), &KafkaSink::Delivered);
    rd_kafka_conf_set_error_cb(conf.get(), &KafkaSink::Failed);
    std::array<char, 512> why{};
    producer_ =
        rd_kafka_new(RD_KAFKA_PRODUCER, conf.get(), why.data(), why.size());
    if (producer_ == nullptr) {
      return InvalidArgument(
          StrCat("kafka output: ", std::string_view(why.data())));
    }
    (void)conf.release();  // the producer owns it now
    return OkStatus();
  }

  Status Write(const OutRecord& record) override {
    rd_kafka_poll(producer_, 0);
    RETURN_IF_ERROR(failed_);
    rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
    for (const auto& [name, value] : record.headers) {
      rd_kafka_header_add(headers, name.data(),
                          static_cast<ssize_t>(name.size()), value.data(),
                          static_cast<ssize_t>(value.size()));
    }
    const rd_kafka_resp_err_t error = rd_kafka_producev(
        producer_, RD_KAFKA_V_TOPIC(options_.topic.c_str()),
        RD_KAFKA_V_KEY(record.key.empty() ? nullptr : record.key.data(),
                       record.key.size()),
        RD_KAFKA_V_VALUE(const_cast<char*>(record.value.data()),
                         record.value.size()),
        RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_END);
    if (error == RD_KAFKA_RESP_ERR_NO_ERROR) return OkStatus();
    rd_kafka_headers_destroy(headers);
    if (error == RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      rd_kafka_poll(producer_, kPollMs);
      return Unavailable(StrCat("kafka output ", options_.topic,
                                ": the broker does not keep up"));
    }
    return FailedPrecondition(
        StrCat("kafka output ", options_.topic, ": ", rd_kafka_err2str(error)));
  }

  Status Flush() override {
    DurationNs waited = 0;
    while (rd_kafka_outq_len(producer_) > 0 && failed_.ok()) {
      if (waited >= options_.flush_wait) {
        return Unavailable(StrCat("kafka output ", options_.topic,
                                  ": the broker has not acknowledged ",
                                  rd_kafka_outq_len(producer_), " records"));
      }
      rd_kafka_flush(producer_, kPollMs);
      waited += kPollMs * kMillisecond;
    }
    return failed_;
  }

  std::string Mark() const override { return ""; }
  Status Rewind(std::string_view) override { return OkStatus(); }

 private:
  static void Delivered(rd_kafka_t*, const rd_kafka_message_t* message,
                        void* opaque) {
    auto* sink = static_cast<KafkaSink*>(opaque);
    if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) {
      sink->Fail(rd_kafka_err2str(message->err));
    } else if (std::exchange(sink->lost_, false)) {
      sink->log_(6, StrCat("kafka output ", sink->options_.topic,
                           ": the broker answers again"));
    }
  }
  static void Failed(rd_kafka_t* producer, int error, const char* reason,
                     void* opaque) {
    auto* sink = static_cast<KafkaSink*>(opaque);
    if (error == RD_KAFKA_RESP_ERR__FATAL) {
      std::array<char, 512> why{};
      rd_kafka_fatal_error(producer, why.data(), why.size());
      sink->Fail(why.data());
    } else if (!std::exchange(sink->lost_, true)) {
      sink->log_(4, StrCat("kafka output ", sink->options_.topic, ": ", reason,
                           "; trying again"));
    }
  }
  // What was handed over may be lost: the daemon has to stop, and repeats it
  // from its log after the restart.
  void Fail(const char* why) {
    if (!failed_.ok()) return;
    failed_ =
        FailedPrecondition(StrCat("kafka output ", options_.topic, ": ", why));
  }

  KafkaSinkOptions options_;
  KafkaLog log_;
  rd_kafka_t* producer_ = nullptr;
  bool lost_ = false;  // an error since the broker last took a record
  Status failed_;
};

}  // namespace

StatusOr<std::unique_ptr<RecordSink>> OpenKafkaSink(
    const KafkaSinkOptions& options, KafkaLog log) {
  auto sink = std::make_unique<KafkaSink>(options, std::move(log));
  RETURN_IF_ERROR(sink->Start());
  return sink;
}

}  // namespace tocsin::connectors
