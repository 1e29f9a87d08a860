#!/usr/bin/env bash
# How long `./run` takes on a machine that has nothing: a bare Debian 12 made by debootstrap, a fresh clone of the
# commit checked out, from the command to the first page, then a second time. Run as root; prints a table.
#   benchmarks/fresh_machine.sh            MIRROR=… PORT=8000 SUITE=bookworm change what it says
set -eu -o pipefail

here=$(CDPATH= cd -- "$(dirname -- "$0")/.." && pwd -P)
port=${PORT:-8000} suite=${SUITE:-bookworm}
mirror=${MIRROR:-$(cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null | grep -oE 'https?://[^ ]+/debian/?( |$)' | head -n 1 || true)}
mirror=${mirror:-http://deb.debian.org/debian}
root=$(mktemp -d "${TMPDIR:-/tmp}/egards-bare.XXXXXX")
chmod 755 "$root"
mounts=()

close() {
    for ((i = ${#mounts[@]} - 1; i >= 0; i--)); do umount -l "${mounts[$i]}" || true; done
    rm -rf --one-file-system "$root"
}
trap close EXIT

bind() { # make a path of this machine readable at the same place in the bare one
    mkdir -p "$root$1"
    mount --bind "$1" "$root$1" && mounts+=("$root$1")
}

echo "debootstrap of $suite…" >&2
debootstrap --variant=minbase --include=python3,python3-venv "$suite" "$root" "$mirror" >"$root.log" 2>&1 ||
    { tail -n 20 "$root.log"; exit 1; }
rm -f "$root.log"
for path in /proc /dev /dev/pts; do bind $path; done

# What lets this machine reach its registries, whatever they are: nothing of it is written anywhere else.
for path in /etc/resolv.conf /etc/hosts /etc/pip.conf "$HOME/.config/pip/pip.conf" "$HOME/.config/uv/uv.toml" ${SSL_CERT_FILE:-} ${PIP_CERT:-}; do
    if [ -f "$path" ]; then mkdir -p "$root$(dirname "$path")" && cp -L "$path" "$root$path"; fi
done
rm -rf "$root/etc/apt/sources.list" "$root/etc/apt/sources.list.d"
cp -a /etc/apt/. "$root/etc/apt/"
local_folders=$({ cat /etc/pip.conf "$HOME/.config/pip/pip.conf" 2>/dev/null; echo "${PIP_FIND_LINKS:-}"; } | grep -oE '(file://[^ ]*|(^|= *| )/[^ ]+)' | sed -E 's#^file://[^/]*##; s#^[= ]*##; s#/simple/?$##' | sort -u)
for path in $local_folders; do if [ -d "$path" ]; then bind "$path"; fi; done

git -c safe.directory="$here" -c safe.directory="$here/.git" clone -q --no-hardlinks "$here" "$root/srv/egards"

inside() { # run a command in the bare machine, with no environment but what reaches the registries
    local kept
    kept=$(env | grep -E '^(PIP_|UV_|SSL_CERT|REQUESTS_CA|(HTTPS?|NO|ALL)_PROXY|(https?|no|all)_proxy)' || true)
    # shellcheck disable=SC2046
    IFS=$'\n' && exec env -i $kept PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME="$HOME" LANG=C.UTF-8 chroot "$root" "$@"
}

answer() { # the status that $1 answers, redirections followed; 000 when nothing listens. Light: it must not slow what it times
    local status location
    { exec 3<>"/dev/tcp/127.0.0.1/$port"; } 2>/dev/null || { echo 000; return; }
    printf 'GET %s HTTP/1.0\r\nHost: localhost:%s\r\n\r\n' "$1" "$port" >&3
    read -r -t 60 _ status _ <&3 || status=000
    location=$(tr -d '\r' <&3 | sed -n 's/^[Ll]ocation: //p' | head -n 1)
    exec 3>&-
    if [ -n "$location" ]; then answer "$location"; else echo "$status"; fi
}

start() { # seconds from `./run` to the first page; $1 names the start
    local began now status=000
    began=$(date +%s.%N)
    (inside setsid --wait /srv/egards/run --port "$port" >"$root/run.log" 2>&1) &
    while kill -0 $! 2>/dev/null; do
        status=$(answer /)
        [ "$status" = 000 ] || break
        sleep 0.1
    done
    now=$(date +%s.%N)
    [ "$status" = 200 ] || { echo "the first page answered $status"; cat "$root/run.log"; return 1; }
    printf '| %s | %.1f s | %.1f s |\n' "$1" "$(echo "$now $began" | awk '{print $1 - $2}')" "$(work_done)"
}

work_done() { # seconds of processor spent so far by what `./run` became, its children and those it waited for
    local leader
    leader=$(pgrep -f "/srv/egards/manage.py serve --port $port" | head -n 1)
    cat $(pgrep -g "$leader" | sed 's#.*#/proc/&/stat#') $(pgrep -P "$leader" | while read -r child; do pgrep -g "$child"; done | sed 's#.*#/proc/&/stat#') 2>/dev/null |
        sed 's/.*) //' | awk -v tick="$(getconf CLK_TCK)" '{ total += $12 + $13 + $14 + $15 } END { print total / tick }'
}

stop() { # Ctrl-C, then look for what is left
    local leader
    leader=$(pgrep -f "/srv/egards/manage.py serve --port $port" | head -n 1)
    kill -INT -- "-$leader"
    for _ in $(seq 150); do kill -0 "$leader" 2>/dev/null || break; sleep 0.1; done
    if pgrep -af "/srv/egards/.*(manage.py|gunicorn).*" >&2; then echo "| left after Ctrl-C | processes | |"; else echo "| left after Ctrl-C | nothing | |"; fi
}

echo "| bare Debian 12, $(inside python3 -V), $(nproc) cores, load $(cut -d' ' -f1 /proc/loadavg) | clock | processor |"
echo '|---|---|---|'
start "first start: packages, libraries, database, demo, first page"
grep -E "J’exécute" "$root/run.log" >&2 || true
stop
start "second start"
stop
