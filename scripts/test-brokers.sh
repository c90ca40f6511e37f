#!/usr/bin/env bash
# The suites that meet a broker, on a RabbitMQ of this version: scripts/test-brokers.sh 4.0|4.3
set -euo pipefail
cd "$(dirname "$0")/.."

broker=(scripts/rabbitmq.sh "$1")
trap '"${broker[@]}" stop' EXIT
"${broker[@]}" start
# Whatever is missing here fails: this is what the target is for.
CI=true KODUS_AST_TEST_BROKER_URL=$("${broker[@]}" url) KODUS_AST_TEST_RABBITMQCTL="${broker[*]} ctl" \
  .venv/bin/pytest -q tests/ports/test_queue.py tests/ports/test_rights.py tests/ports/test_encryption.py tests/faults \
  tests/flow/test_client.py tests/flow/test_earlier_clients.py \
  -k "rabbitmq or broker or topology or queue or user or dropped or unreadable or dies or production or test_client or test_earlier_clients"
