#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
#
# demo.sh [--no-kafka]: an hour of logs in, incidents out. Called by
# `./run demo`, which has built the program.
#
# The events are those of data/, moved so that the hour ends now. They go
# through a Kafka broker of the demo's own (port TOCSIN_DEMO_PORT, 19392) to
# `tocsin run`, or, with --no-kafka, through files to `tocsin replay`. What was
# started is stopped at the end; what came out stays in build/demo/.
set -euo pipefail

ROOT="$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)"
readonly ROOT
readonly HERE="$ROOT/examples/demo"
readonly OUT="$ROOT/build/demo"
readonly TOCSIN="${TOCSIN_BINARY:-$ROOT/build/release/tocsin}"
export TOCSIN_KAFKA_PORT="${TOCSIN_DEMO_PORT:-19392}"
readonly BROKERS="127.0.0.1:$TOCSIN_KAFKA_PORT"
readonly WINDOWS_PARTITIONS=4 AUTH_PARTITIONS=2

say() { printf '\n== %s\n' "$*" >&2; }
die() { printf 'demo: %s\n' "$*" >&2; exit 1; }

DAEMON=""  # pid
BROKER=""  # started by us
stop_all() {
  if [[ -n "$DAEMON" ]] && kill -0 "$DAEMON" 2>/dev/null; then
    kill -KILL "$DAEMON" 2>/dev/null || true
  fi
  if [[ -n "$BROKER" ]]; then
    "$ROOT/tests/broker/broker.sh" wipe 2>/dev/null || true
  fi
}
trap stop_all EXIT

prepare() {
  [[ -x "$TOCSIN" ]] || die "no $TOCSIN; call ./run demo"
  rm -rf "$OUT"
  mkdir -p "$OUT"
  say "an hour of events, moved to end now"
  python3 "$HERE/shift_times.py" "$OUT"
  EVENTS=$(cat "$OUT/windows.tsv" "$OUT/auth.tsv" | wc -l)
  printf '%d events: %d of Windows (real), %d lines of sshd (generated)\n' \
    "$EVENTS" "$(wc -l <"$OUT/windows.tsv")" "$(wc -l <"$OUT/auth.tsv")" >&2
}

# All but fleet.rule: nothing in this hour sends heartbeats.
rules() {
  local file files=()
  for file in sources identity ssh windows; do
    files+=("$ROOT/examples/$file.rule")
  done
  printf 'rules: [%s]\n' "$(IFS=,; printf '%s' "${files[*]}")"
}

# --- from files --------------------------------------------------------------
from_files() {
  # Without the keys, which only Kafka needs.
  cut -f 2- "$OUT/windows.tsv" >"$OUT/windows.ndjson"
  cut -f 2- "$OUT/auth.tsv" >"$OUT/auth.log"
  {
    printf 'inputs:\n'
    printf '  - {name: windows, file: {path: windows.ndjson}, disorder: 10s}\n'
    printf '  - {name: auth, file: {path: auth.log}, format: text}\n'
    rules
  } >"$OUT/tocsin.yaml"
  say "tocsin replay --config build/demo/tocsin.yaml"
  "$TOCSIN" replay --config "$OUT/tocsin.yaml" \
    --findings "$OUT/findings.ndjson" --incidents "$OUT/incidents.ndjson"
}

# --- through Kafka -----------------------------------------------------------
broker() { "$ROOT/tests/broker/broker.sh" "$@"; }

start_broker() {
  say "a Kafka broker at $BROKERS"
  if broker status 2>/dev/null; then
    die "a broker runs at $BROKERS already; set TOCSIN_DEMO_PORT"
  fi
  broker wipe 2>/dev/null || true
  BROKER=yes
  broker start
  local topic jobs=()
  for topic in "windows $WINDOWS_PARTITIONS" "auth $AUTH_PARTITIONS" \
    "findings 1" "incidents 1" "dead-letters 1"; do
    # shellcheck disable=SC2086  # a name and a number
    broker topics create $topic >/dev/null &
    jobs+=("$!")
  done
  wait "${jobs[@]}"
}

produce() {
  say "events to the topics windows and auth, keyed by host"
  kcat -P -b "$BROKERS" -t windows -K $'\t' -l "$OUT/windows.tsv"
  kcat -P -b "$BROKERS" -t auth -K $'\t' -l "$OUT/auth.tsv"
}

write_config() {
  local kafka="brokers: \"$BROKERS\""
  {
    printf 'inputs:\n'
    printf '  - {name: windows, kafka: {%s, topics: [windows]}, %s}\n' \
      "$kafka" "disorder: 10s, idle_after: 2s"
    printf '  - {name: auth, kafka: {%s, topics: [auth]}, %s}\n' \
      "$kafka" "format: text, disorder: 10s, idle_after: 2s"
    rules
    printf 'state: state\n'
    printf 'outputs:\n'
    printf '  findings: {kafka: {%s, topic: findings}}\n' "$kafka"
    printf '  incidents: {kafka: {%s, topic: incidents}}\n' "$kafka"
    printf '  dead_letters: {kafka: {%s, topic: dead-letters}}\n' "$kafka"
    printf 'status: {listen: "127.0.0.1:0"}\n'
  } >"$OUT/tocsin.yaml"
}

# The sum of a metric over its labels.
metric() {  # NAME
  local port
  port="$(sed -n 's/.*status on port \([0-9]*\).*/\1/p' "$OUT/tocsin.log")"
  [[ -n "$port" ]] || { echo 0; return; }
  {
    exec 3<>"/dev/tcp/127.0.0.1/$port" || { echo 0; return; }
    printf 'GET /metrics HTTP/1.0\r\n\r\n' >&3
    awk -v name="$1" 'index($1, name) == 1 { sum += $NF }
      END { printf "%d\n", sum }' <&3
    exec 3>&-
  } 2>/dev/null
}

run_daemon() {
  say "tocsin run --config build/demo/tocsin.yaml"
  : >"$OUT/tocsin.log"
  "$TOCSIN" run --config "$OUT/tocsin.yaml" 2>>"$OUT/tocsin.log" &
  DAEMON=$!
  local deadline=$((SECONDS + 60)) waiting=0
  # Everything is in, and nothing waits for event time to pass it.
  until (($(metric tocsin_events_consumed_total) >= EVENTS)); do
    alive "$deadline"
  done
  printf 'consumed %d events\n' "$EVENTS" >&2
  # Stateful rules wait for the time that events may be out of order (10 s),
  # and for the inputs to be idle (2 s).
  while ((waiting < 3)); do
    if (($(metric tocsin_matches_waiting) == 0)); then
      waiting=$((waiting + 1))
    else
      waiting=0
    fi
    sleep 0.5
    alive "$deadline"
  done
  kill -TERM "$DAEMON"
  wait "$DAEMON" || die "tocsin run failed; see build/demo/tocsin.log"
  DAEMON=""
}

alive() {  # DEADLINE
  kill -0 "$DAEMON" 2>/dev/null ||
    { tail -5 "$OUT/tocsin.log" >&2; die "tocsin run ended early"; }
  ((SECONDS < $1)) ||
    { tail -5 "$OUT/tocsin.log" >&2; die "not done after a minute"; }
  sleep 0.3
}

through_kafka() {
  start_broker
  produce
  write_config
  run_daemon
  local topic
  for topic in findings incidents; do
    kcat -C -q -e -b "$BROKERS" -t "$topic" -o beginning >"$OUT/$topic.ndjson"
  done
}

# --- what came out -----------------------------------------------------------
report() {
  local findings
  findings="$(wc -l <"$OUT/findings.ndjson")"
  say "incidents ($findings findings)"
  "$TOCSIN" show "$OUT/incidents.ndjson"
  cat >&2 <<END

Where to look next:
  build/demo/incidents.ndjson   each incident with evidence, timeline and VERIS
  build/demo/findings.ndjson    what the rules found
  build/demo/tocsin.yaml        the configuration that was used
  examples/                     the rules, with their tests: tocsin test examples
END
}

main() {
  case "${1:-}" in
    "")
      prepare
      through_kafka
      ;;
    --no-kafka)
      prepare
      from_files
      ;;
    *) die "usage: demo.sh [--no-kafka]" ;;
  esac
  report
}

main "$@"
