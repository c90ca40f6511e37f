#!/usr/bin/env bash
# A RabbitMQ 4.x of Debian's on loopback, in a chroot below build/: nothing is installed on the machine itself.
#   scripts/rabbitmq.sh 4.0|4.3 start|stop|url|remove
#   scripts/rabbitmq.sh 4.0|4.3 ctl ARGUMENTS…        rabbitmqctl of that broker
# Needs root (for chroot) and Debian's package sources. `start` installs what is missing, and prints the version.
set -euo pipefail
cd "$(dirname "$0")/.."

# Ports below 32768: on one of the ephemeral range, a client that reconnects could take the port of a stopped broker.
case "${1:-}" in
  4.0) suite=trixie port=28600 ;;
  4.3) suite=sid port=28700 ;;
  *) sed -n 2,5p "$0"; exit 2 ;;
esac
root=$PWD/build/rabbitmq/$suite
inside=/srv/node
node=$root$inside
user=test password=test

in_root() { # a program in the chroot, as the user rabbitmq, with no other environment than this
  chroot --userspec=rabbitmq:rabbitmq "$root" /usr/bin/env -i \
    HOME=$inside PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    RABBITMQ_NODENAME="kodus$port@localhost" RABBITMQ_DIST_PORT=$((port + 1)) \
    RABBITMQ_CONFIG_FILE=$inside/rabbitmq.conf RABBITMQ_CONF_ENV_FILE=$inside/none \
    RABBITMQ_MNESIA_BASE=$inside/db RABBITMQ_LOG_BASE=$inside/log RABBITMQ_PID_FILE=$inside/pid \
    RABBITMQ_ENABLED_PLUGINS_FILE=$inside/plugins RABBITMQ_GENERATED_CONFIG_DIR=$inside/generated \
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS="-kernel inet_dist_use_interface {127,0,0,1} +S 2:2 +sbwt none" \
    ERL_EPMD_ADDRESS=127.0.0.1 ERL_EPMD_PORT=$((port + 2)) "$@"
}

ctl() { in_root /usr/lib/rabbitmq/bin/rabbitmqctl --quiet "$@"; }

mirror() { awk '/^URIs:/ {print $2; exit} /^deb / {print $2; exit}' /etc/apt/sources.list.d/debian.sources /etc/apt/sources.list 2>/dev/null; }

install() {
  [ -x "$root/usr/lib/rabbitmq/bin/rabbitmq-server" ] && return
  [ "$(id -u)" = 0 ] || { echo "root is needed, for chroot"; exit 1; }
  # Half a system cannot be completed.
  rm -rf --one-file-system "$root"
  mkdir -p "$root"
  local unpacked; unpacked=$(mktemp -d)
  (cd "$unpacked" && apt-get download -qq debootstrap >/dev/null 2>&1 && dpkg -x debootstrap_*.deb .)
  export DEBOOTSTRAP_DIR=$unpacked/usr/share/debootstrap
  "$unpacked/usr/sbin/debootstrap" --variant=minbase "$suite" "$root" "$(mirror)" "$DEBOOTSTRAP_DIR/scripts/sid" \
    >"$root.log" 2>&1 || { tail -5 "$root.log"; exit 1; }
  rm -r "$unpacked"
  cp /etc/resolv.conf "$root/etc/resolv.conf"
  echo "127.0.0.1 localhost" >"$root/etc/hosts"
  # The package would start a broker of its own.
  printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
  chmod +x "$root/usr/sbin/policy-rc.d"
  # A mirror may be a snapshot of some weeks ago.
  local apt="apt-get -qq -o APT::Sandbox::User=root -o Acquire::Check-Valid-Until=false"
  DEBIAN_FRONTEND=noninteractive chroot "$root" sh -ec \
    "$apt update; $apt install -y --no-install-recommends rabbitmq-server; apt-get clean" >>"$root.log" 2>&1 || { tail -5 "$root.log"; exit 1; }
}

configure() {
  mkdir -p "$node"/{db,log,generated}
  [ -e "$node/.erlang.cookie" ] || head -c 15 /dev/urandom | base64 | tr -d '/+=' >"$node/.erlang.cookie"
  # Without /proc in the chroot, memory is said in numbers.
  cat >"$node/rabbitmq.conf" <<END
listeners.tcp.1 = 127.0.0.1:$port
default_user = $user
default_pass = $password
vm_memory_calculation_strategy = erlang
total_memory_available_override_value = 2GB
vm_memory_high_watermark.absolute = 1GB
disk_free_limit.absolute = 100MB
END
  echo "[]." >"$node/plugins"
  chown -R "$(stat -c %u:%g "$root/var/lib/rabbitmq")" "$node"
  chmod 400 "$node/.erlang.cookie"
}

start() {
  install
  if ! ctl --timeout 5 ping >/dev/null 2>&1; then
    configure
    in_root setsid /usr/lib/rabbitmq/bin/rabbitmq-server >"$node/log/console" 2>&1 </dev/null &
    disown
    local tries
    for tries in $(seq 60); do
      ctl --timeout 60 await_startup >/dev/null 2>&1 && break
      [ "$tries" = 60 ] && { tail -20 "$node/log/console"; exit 1; }
      sleep 1
    done
  fi
  echo "RabbitMQ $(in_root /usr/lib/rabbitmq/bin/rabbitmq-diagnostics --quiet server_version)"
}

stop() {
  ctl shutdown >/dev/null 2>&1 || true
  # The port mapper outlives the broker. Ours is known by its root and its port.
  local process
  for process in /proc/[0-9]*; do
    if [ "$(readlink "$process/root" 2>/dev/null)" = "$root" ] && grep -qs epmd "$process/comm"; then
      kill "${process#/proc/}"
    fi
  done
}

case "${2:-}" in
  start) start ;;
  stop) stop ;;
  url) echo "amqp://$user:$password@127.0.0.1:$port/" ;;
  ctl) shift 2; ctl "$@" ;;
  remove) stop; rm -rf --one-file-system "$root" ;;
  *) sed -n 2,5p "$0"; exit 2 ;;
esac
