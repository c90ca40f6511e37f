#!/usr/bin/env bash
# Users of the broker, each with no more than it needs, and the policies of the queues. Can be run again at any time.
#   scripts/rabbitmq-rights.sh users VHOST       KODUS_{TOPOLOGY,API,WORKER,OPERATOR}_PASSWORD in the environment
#   scripts/rabbitmq-rights.sh policies VHOST
# RABBITMQCTL names another rabbitmqctl.
set -euo pipefail
read -ra ctl <<<"${RABBITMQCTL:-rabbitmqctl} --quiet"
vhost=${2:?the virtual host}

# user, then what it may configure, write and read
right() {
  local name=$1 password=$2
  if grep -qx "$name" <<<"$known"; then
    "${ctl[@]}" change_password "$name" "$password" >/dev/null
  else
    "${ctl[@]}" add_user "$name" "$password" >/dev/null
  fi
  "${ctl[@]}" set_permissions --vhost "$vhost" "$name" "$3" "$4" "$5"
}

users() {
  known=$("${ctl[@]}" list_users | cut -f1)
  right kodus_topology "${KODUS_TOPOLOGY_PASSWORD:?}" '^ast\.' '^ast\.' '^ast\.'
  right kodus_api "${KODUS_API_PASSWORD:?}" '^$' '^ast\.jobs\.x$' '^$'
  right kodus_worker "${KODUS_WORKER_PASSWORD:?}" '^$' '^ast\.jobs\.(x|dlx)$' \
    '^ast\.(initialize\.repo|initialize\.impact|validate\.code|jobs\.failed)\.q$'
  right kodus_operator "${KODUS_OPERATOR_PASSWORD:?}" '^$' '^ast\.jobs\.(x|dlx|dlq)$' '^ast\.jobs\.dlq$'
}

policies() {
  # A message that dies is kept until the dead letters have it; that needs queues that refuse when they are full.
  "${ctl[@]}" set_policy --vhost "$vhost" --apply-to queues --priority 10 kodus-jobs \
    '^ast\.(initialize\.repo|initialize\.impact|validate\.code)\.q$' \
    '{"dead-letter-strategy": "at-least-once", "overflow": "reject-publish", "max-length": 100000}'
  # From 4.0 on a queue gives up what it delivered 20 times, by default; dead letters are read by operators, not done.
  if [ "$("${ctl[@]}" version | cut -d. -f1)" -ge 4 ]; then
    "${ctl[@]}" set_policy --vhost "$vhost" --apply-to queues --priority 10 kodus-dead-letters \
      '^ast\.jobs\.dlq$' '{"delivery-limit": -1}'
  fi
}

case "${1:-}" in
  users | policies) "$1" ;;
  *) sed -n 2,5p "$0"; exit 2 ;;
esac
