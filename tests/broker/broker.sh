#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# broker.sh: one real Apache Kafka 4.1.1 broker (KRaft, a single node) on
# loopback, for tests and the demo. Called as `./run broker ...`.
#
# The jars are fetched once into build/kafka/lib; each port has its own data,
# log and pid file in build/kafka/data/PORT. TOCSIN_KAFKA_PORT (19092) is the
# port of clients; the controller takes the next one.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
readonly ROOT
readonly HERE="$ROOT/tests/broker"
readonly KAFKA="$ROOT/build/kafka"
readonly PORT="${TOCSIN_KAFKA_PORT:-19092}"
readonly SERVER="127.0.0.1:$PORT"
readonly DATA="$KAFKA/data/$PORT"
readonly CONFIG="$DATA/server.properties"

say() { printf 'broker: %s\n' "$*" >&2; }
die() { say "$*"; exit 1; }

java_kafka() {  # MEMORY CLASS ARGUMENT...
  local memory="$1"
  shift
  java "-Xms$memory" "-Xmx$memory" -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -XX:ActiveProcessorCount=1 -Xshare:auto -Djava.awt.headless=true \
    -Dlog4j2.configurationFile="$HERE/log4j2.xml" \
    -cp "$KAFKA/lib/*" "$@"
}

# The jars are complete when the stamp holds the pom they were fetched for.
fetch_jars() {
  if cmp -s "$HERE/pom.xml" "$KAFKA/lib/pom.xml"; then return; fi
  say "fetching the jars of Kafka (about 60 MB, once)"
  rm -rf "${KAFKA:?}/lib" "$KAFKA/lib.new"
  if ! mvn --quiet --batch-mode --file "$HERE/pom.xml" \
    dependency:copy-dependencies -DincludeScope=runtime \
    -DoutputDirectory="$KAFKA/lib.new" >"$KAFKA/fetch.log" 2>&1; then
    cat "$KAFKA/fetch.log" >&2
    die "cannot fetch the jars"
  fi
  mv "$KAFKA/lib.new" "$KAFKA/lib"
  cp "$HERE/pom.xml" "$KAFKA/lib/pom.xml"
}

write_config() {
  cat >"$CONFIG" <<END
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:$((PORT + 1))
listeners=PLAINTEXT://$SERVER,CONTROLLER://127.0.0.1:$((PORT + 1))
advertised.listeners=PLAINTEXT://$SERVER
controller.listener.names=CONTROLLER
inter.broker.listener.name=PLAINTEXT
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs=$DATA/topics
num.network.threads=2
num.io.threads=2
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=4
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
log.segment.bytes=67108864
END
}

format_storage() {
  if [[ -f "$DATA/topics/meta.properties" ]]; then return; fi
  local id
  id="$(java_kafka 64m kafka.tools.StorageTool random-uuid | tail -1)"
  java_kafka 64m kafka.tools.StorageTool format -t "$id" -c "$CONFIG" \
    --ignore-formatted >"$DATA/format.log" 2>&1 ||
    die "cannot format the storage; see $DATA/format.log"
}

# Prints the pid of our running broker. A stale pid file, or one whose number
# went to another program, counts as not running.
running_pid() {
  local pid
  pid="$(cat "$DATA/broker.pid" 2>/dev/null)" || return 1
  [[ "$pid" =~ ^[0-9]+$ && -r "/proc/$pid/cmdline" ]] || return 1
  tr '\0' ' ' <"/proc/$pid/cmdline" |
    grep --quiet --fixed-strings "kafka.Kafka $CONFIG" || return 1
  printf '%s\n' "$pid"
}

ready() { kcat -L -b "$SERVER" -m 1 >/dev/null 2>&1; }

wait_ready() {
  local deadline=$((SECONDS + 60))
  until ready; do
    running_pid >/dev/null || {
      tail -5 "$DATA/broker.log" >&2
      die "the broker ended; see $DATA/broker.log"
    }
    ((SECONDS < deadline)) || die "not ready after 60 s; see $DATA/broker.log"
    sleep 0.2
  done
}

cmd_start() {
  mkdir -p "$DATA"
  exec 9>"$KAFKA/lock"
  flock 9
  if running_pid >/dev/null; then
    wait_ready
    say "already running at $SERVER"
    return
  fi
  if ready; then
    die "port $PORT belongs to another broker; set TOCSIN_KAFKA_PORT"
  fi
  fetch_jars
  write_config
  format_storage
  launch
  wait_ready
  say "ready at $SERVER"
}

# A process of its own session: it outlives this shell, not a stop. The shell
# function would leave a shell between, so the pid would not be Java's.
launch() {
  setsid java -Xms256m -Xmx512m -XX:+UseSerialGC \
    -XX:ActiveProcessorCount=1 -Djava.awt.headless=true \
    -Dlog4j2.configurationFile="$HERE/log4j2.xml" \
    -cp "$KAFKA/lib/*" kafka.Kafka "$CONFIG" \
    >"$DATA/broker.log" 2>&1 </dev/null 9>&- &
  printf '%s\n' "$!" >"$DATA/broker.pid"
}

cmd_stop() {
  local pid deadline=$((SECONDS + 30))
  pid="$(running_pid)" || { say "not running"; return; }
  kill -TERM "$pid"
  while running_pid >/dev/null; do
    ((SECONDS < deadline)) || kill -KILL "$pid" 2>/dev/null || true
    sleep 0.1
  done
  rm -f "$DATA/broker.pid"
  say "stopped"
}

cmd_wipe() {
  cmd_stop
  rm -rf "$DATA"
}

cmd_status() {
  local pid
  pid="$(running_pid)" || { say "not running"; return 3; }
  ready || die "process $pid runs, but $SERVER does not answer"
  say "ready at $SERVER, process $pid, log $DATA/broker.log"
}

topic_tool() {
  java_kafka 128m org.apache.kafka.tools.TopicCommand \
    --bootstrap-server "$SERVER" "$@"
}

cmd_topics() {
  local action="${1:-list}" setting
  cmd_status 2>/dev/null || die "no broker at $SERVER; ./run broker start"
  case "$action" in
    list) topic_tool --list ;;
    create)
      (($# >= 3)) || die "usage: topics create NAME PARTITIONS [KEY=VALUE...]"
      local options=(--create --if-not-exists --topic "$2" --partitions "$3")
      for setting in "${@:4}"; do options+=(--config "$setting"); done
      topic_tool "${options[@]}"
      ;;
    delete)
      (($# == 2)) || die "usage: topics delete NAME"
      topic_tool --delete --if-exists --topic "$2"
      ;;
    *) die "no such action: topics $action (list, create, delete)" ;;
  esac
}

main() {
  local command="${1:-status}"
  case "$command" in
    start | stop | status | wipe) "cmd_$command" ;;
    topics) cmd_topics "${@:2}" ;;
    address) printf '%s\n' "$SERVER" ;;
    *) die "no such command: $command (start stop status wipe topics address)" ;;
  esac
}

main "$@"
