#!/bin/sh
# Replace the replicas of `serve` one after the other, none of a citizen's requests lost:
#     rolling_update.sh 8081 8082
# The port names the replica (policyline-serve@8081.service). Before nginx each is first marked
# `down`; HAProxy sees by itself that one is about to end (NGINX=no). Stops at the first that does
# not get ready: the others still run the old version.
set -eu
NGINX=${NGINX:-yes}
REPLICAS=${REPLICAS:-/etc/nginx/policyline-replicas.conf}
RELOAD=${RELOAD:-nginx -s reload}
RESTART=${RESTART:-systemctl restart}
UNIT=${UNIT:-policyline-serve@}
READY_WITHIN_S=${READY_WITHIN_S:-180}

ready() { # ready PORT: does it take requests?
    curl -fsS --max-time 5 -o /dev/null "http://127.0.0.1:$1/ready" 2>/dev/null
}

mark() { # mark PORT down|up: written beside and moved, nginx reads it when told to
    if [ "$NGINX" != yes ]; then return 0; fi
    if [ "$2" = down ]; then
        sed -E "s/^( *server 127\.0\.0\.1:$1 [^;]*[^; ]) *;/\1 down;/" "$REPLICAS" >"$REPLICAS.new"
    else
        sed -E "s/^( *server 127\.0\.0\.1:$1 .*) down;/\1;/" "$REPLICAS" >"$REPLICAS.new"
    fi
    cat "$REPLICAS.new" >"$REPLICAS"
    rm -f "$REPLICAS.new"
    $RELOAD
}

for port in "$@"; do
    if ! ready "$port"; then echo "$port is not ready before its update" >&2; exit 1; fi
done
for port in "$@"; do
    echo "$port: replacing"
    mark "$port" down
    $RESTART "$UNIT$port"
    waited=0
    until ready "$port"; do
        waited=$((waited + 1))
        if [ "$waited" -ge "$READY_WITHIN_S" ]; then
            echo "$port is not ready after $waited s; it gets no requests, the others go on" >&2
            exit 1
        fi
        sleep 1
    done
    mark "$port" up
    echo "$port: ready after $waited s"
done
