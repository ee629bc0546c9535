#!/bin/sh
# What the tests need besides Python: Chromium with a Chinese font, PostgreSQL, Redis, and the mail
# servers of the mailbox (Dovecot, Postfix, swaks, ClamAV), and what stands before replicas (nginx,
# HAProxy). The tests start what they need by themselves.
# Installed through apt where that is allowed; else said, and the tests that need it are skipped.
set -u
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list :lang=zh 2>/dev/null | grep -q . || missing="$missing fonts-noto-cjk"
{ ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null 2>&1; } || missing="$missing postgresql"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v dovecot >/dev/null 2>&1 || [ -x /usr/sbin/dovecot ] || missing="$missing dovecot-imapd"
[ -x /usr/sbin/postfix ] || missing="$missing postfix"
command -v swaks >/dev/null 2>&1 || missing="$missing swaks"
[ -x /usr/sbin/clamd ] || missing="$missing clamav-daemon"
[ -x /usr/sbin/nginx ] || missing="$missing nginx"
[ -x /usr/sbin/haproxy ] || missing="$missing haproxy"
[ -n "$missing" ] || exit 0

if ! command -v apt-get >/dev/null 2>&1; then
    echo "Not on this machine:$missing. The tests that need them will be skipped."
    exit 0
fi
if [ "$(id -u)" = 0 ]; then
    root=""
elif sudo -n true 2>/dev/null; then
    root="sudo -n"
else
    echo "Not on this machine:$missing, and apt is not allowed here. The tests that need them will be skipped."
    exit 0
fi
echo "Installing for the tests:$missing"
log=$(mktemp)
if ! { $root apt-get update && DEBIAN_FRONTEND=noninteractive $root apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -n 5 "$log"
    echo "Could not install:$missing. The tests that need them will be skipped."
fi
rm -f "$log"
