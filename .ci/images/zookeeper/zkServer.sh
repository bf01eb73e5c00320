#!/bin/sh
# What the official image's script of this name does in the foreground: [--config DIRECTORY] start-foreground [FILE].
set -e
config=${ZOOCFGDIR:-/conf}
if [ "$1" = --config ]; then
    config=$2
    shift 2
fi
[ "$1" = start-foreground ] || { echo "zkServer.sh: only start-foreground is here, not $1" >&2; exit 1; }
classpath=$config:/usr/share/zookeeper/*
# shellcheck disable=SC2086 # flags are words
exec java -cp "$classpath" "-Xmx${ZK_SERVER_HEAP:-1000}m" -Dzookeeper.log.dir="${ZOO_LOG_DIR:-/logs}" \
    $SERVER_JVMFLAGS $JVMFLAGS org.apache.zookeeper.server.quorum.QuorumPeerMain "${2:-$config/zoo.cfg}"
