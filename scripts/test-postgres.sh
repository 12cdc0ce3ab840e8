#!/bin/sh
# A throwaway PostgreSQL for tests, gone with this script.
#
#   scripts/test-postgres.sh COMMAND...   runs COMMAND with MINSHENG_TEST_PG set, then stops the server
#   scripts/test-postgres.sh              prints the address and serves until interrupted
#
# Installs PostgreSQL through apt when it is missing. The server runs as user postgres (initdb refuses root), listens
# on a free local port only, trusts local connections, and skips every wait for the disk.
set -eu

find_bin() {
    for folder in /usr/lib/postgresql/15/bin /usr/lib/postgresql/*/bin; do
        if [ -x "$folder/initdb" ]; then
            echo "$folder"
            return
        fi
    done
}

bin=$(find_bin)
if [ -z "$bin" ]; then
    echo "installing PostgreSQL" >&2
    apt-get update -qq >&2
    # Without this the package would start a server of its own.
    mkdir -p /etc/postgresql-common/createcluster.d
    echo "create_main_cluster = false" > /etc/postgresql-common/createcluster.d/minsheng.conf
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql >&2
    bin=$(find_bin)
    [ -n "$bin" ] || { echo "PostgreSQL could not be installed" >&2; exit 1; }
fi

if [ "$(id -u)" = 0 ]; then
    as_postgres() { su postgres -s /bin/sh -c "$1"; }
else
    as_postgres() { sh -c "$1"; }
fi

# Each test clones a database: in memory, where there is room, that takes a twentieth of the time.
place=${TMPDIR:-/tmp}
if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ]; then
    free_kib=$(df -Pk /dev/shm | awk 'NR == 2 { print $4 }')
    [ "${free_kib:-0}" -lt 2097152 ] || place=/dev/shm
fi
folder=$(mktemp -d "$place/minsheng-postgres.XXXXXX")
[ "$(id -u)" != 0 ] || chown postgres "$folder"

stop() {
    trap - EXIT INT TERM
    as_postgres "cd / && '$bin/pg_ctl' -D '$folder/data' -m immediate -w stop" > /dev/null 2>&1 || true
    rm -rf "$folder"
}
trap stop EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

as_postgres "cd / && '$bin/initdb' -D '$folder/data' -U postgres -A trust -E UTF8 --locale=C.UTF-8 --no-sync" > "$folder/initdb.log" 2>&1 ||
    { cat "$folder/initdb.log" >&2; exit 1; }

# A free port: try some until the server starts.
port=$((20000 + $$ % 20000))
tries=0
until as_postgres "cd / && '$bin/pg_ctl' -D '$folder/data' -w -t 60 -l '$folder/server.log' \
    -o '-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories=$folder -c fsync=off -c synchronous_commit=off \
    -c full_page_writes=off -c max_connections=300 -c shared_buffers=64MB' start" > /dev/null 2>&1; do
    tries=$((tries + 1))
    [ "$tries" -lt 20 ] || { cat "$folder/server.log" >&2; exit 1; }
    port=$((port + 7))
done

MINSHENG_TEST_PG="postgres://postgres@127.0.0.1:$port/postgres"
export MINSHENG_TEST_PG
if [ "$#" -gt 0 ]; then
    "$@"
else
    echo "$MINSHENG_TEST_PG"
    # Ends with the signal that the traps above answer.
    while :; do sleep 1; done
fi
