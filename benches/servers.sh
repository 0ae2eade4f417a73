#!/usr/bin/env bash
# NSD, Knot DNS and authd as whole processes on one zone, one after the other in one run: memory, loading, load.
#
#   cargo build --release -p examples
#   benches/servers.sh ZONE_FILE ORIGIN [SECONDS]
#
# Memory is what belongs to the process tree alone (Pss: a page shared by two counts half for each), net of what the
# same server takes with a zone of three records. Loading is from the start to the first answer; for authd `zonec
# build` goes before it and counts. Load is dnsperf's rate with one worker and four sockets: 70 % names that
# are there, 15 % below them, 15 % that are not. CPU is the server's user and system time per query.
# On a machine with few cores dnsperf competes with the server, so the rates are lower than what each can do.
set -euo pipefail
[ $# -ge 2 ] || { sed -n '2,12s/^# \{0,1\}//p' "$0"; exit 2; }
zone=$(realpath "$1") origin=${2%.}. seconds=${3:-6}
bin=${CARGO_TARGET_DIR:-$(dirname "$0")/../target}/release
for tool in nsd knotd dnsperf dig "$bin/authd" "$bin/zonec"; do
  command -v "$tool" >/dev/null || { echo "$tool is missing" >&2; exit 1; }
done
work=$(mktemp -d)
server=
cleanup() { [ -z "$server" ] || kill "$server" 2>/dev/null || true; rm -rf "$work"; }
trap cleanup EXIT
hertz=$(getconf CLK_TCK)
export LC_ALL=C

idle="$work/idle.zone"
printf '%s 60 SOA ns.%s h.%s 1 2 3 4 5\n%s 60 NS ns.%s\nns.%s 60 A 192.0.2.1\n' "$origin" "$origin" "$origin" "$origin" "$origin" "$origin" >"$idle"

# Owners as they stand in the file, relative or not; every run asks the same.
awk -v origin="$origin" 'BEGIN { srand(7) }
  /^[^ \t;$@]/ { name = $1; if (name !~ /\.$/) name = name "." origin; if (name != last && rand() < .1) names[n++] = name; last = name }
  END { for (i = 0; i < 200000; i++) { name = names[int(rand() * n)]; kind = rand()
      if (kind < .7) print name " A"; else if (kind < .85) print "www." name " A"
      else printf "nx%08x.%s A\n", int(rand() * 2147483647), origin } }' "$zone" >"$work/queries"

tree() { local pid; for pid in "$1" $(pgrep -P "$1" || true); do [ "$pid" = "$1" ] && echo "$pid" || tree "$pid"; done; }
pss() { local sum=0 pid; for pid in $(tree "$1"); do sum=$((sum + $(awk '/^Pss:/ { print $2 }' "/proc/$pid/smaps_rollup" 2>/dev/null || echo 0))); done; echo "$sum"; }
# User and system time, in ticks.
ticks() {
  local pid
  for pid in $(tree "$1"); do awk '{ sub(/.*\) /, ""); print $12, $13 }' "/proc/$pid/stat" 2>/dev/null || true; done |
    awk '{ own += $1; kernel += $2 } END { print own + 0, kernel + 0 }'
}
now() { date +%s%N; }

port=0
free_port() { port=$((20000 + RANDOM % 20000)); while ss -lun -lt | grep -q ":$port "; do port=$((port + 1)); done; }

# start NAME ZONE_FILE: starts it; waits for an answer; sets `server` and `loaded` (milliseconds).
start() {
  local dir="$work/$1-$RANDOM" begun
  mkdir -p "$dir"
  free_port
  case $1 in
    NSD)
      cat >"$dir/conf" <<CONF
server:
  ip-address: 127.0.0.1@$port
  username: ""
  chroot: ""
  zonesdir: "$dir"
  database: ""
  pidfile: "$dir/pid"
  xfrdfile: "$dir/xfrd"
  xfrdir: "$dir"
  zonelistfile: "$dir/list"
  logfile: "$dir/log"
  rrl-ratelimit: 0
  server-count: 1
remote-control:
  control-enable: no
zone:
  name: "$origin"
  zonefile: "$2"
CONF
      begun=$(now); nsd -d -c "$dir/conf" 2>/dev/null & ;;
    Knot)
      cat >"$dir/conf" <<CONF
server:
    rundir: "$dir"
    listen: 127.0.0.1@$port
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
control:
    listen: "$dir/control"
database:
    storage: "$dir"
template:
  - id: default
    journal-content: none
    zonefile-sync: -1
    semantic-checks: off
zone:
  - domain: "$origin"
    file: "$2"
CONF
      begun=$(now); knotd -c "$dir/conf" >/dev/null 2>&1 & ;;
    authd)
      begun=$(now); "$bin/zonec" build -o "$dir/image" "$2" >/dev/null 2>&1
      built=$((($(now) - begun) / 1000000))
      begun=$(now); "$bin/authd" --image "$dir/image" --listen "127.0.0.1:$port" --threads 1 >/dev/null & ;;
  esac
  server=$!
  local tries=0
  until dig "@127.0.0.1" -p "$port" +tries=1 +time=1 +norec "$origin" SOA 2>/dev/null | grep -q 'status: NOERROR'; do
    tries=$((tries + 1)); [ $tries -lt 2000 ] || { echo "$1 does not answer" >&2; exit 1; }
    sleep 0.01
  done
  loaded=$((($(now) - begun) / 1000000))
}
stop() { kill "$server"; wait "$server" 2>/dev/null || true; server=; }

records=$(awk 'NF && !/^[;$]/' "$zone" | wc -l)
for name in NSD Knot authd; do
  built=0
  start $name "$idle"; sleep 0.3; before=$(pss "$server"); stop
  start $name "$zone"
  read -r user system <<<"$(ticks "$server")"
  dnsperf -s 127.0.0.1 -p "$port" -d "$work/queries" -l "$seconds" -c 4 -T 1 -q 200 >"$work/said" 2>&1
  read -r user_then system_then <<<"$(ticks "$server")"
  # After the load, so that what a map of a file brings in is counted too.
  after=$(pss "$server"); stop
  said() { awk -v what="$1" 'index($0, what) { sub(/.*: */, ""); print $1 }' "$work/said"; }
  echo "$name $((after - before)) $loaded $built $(said 'Queries per second') $(said 'Queries completed')" \
    "$(said 'Queries lost') $((user_then - user)) $((system_then - system))"
done | awk -v r="$records" -v hz="$hertz" -v zone="$(basename "$zone")" -v seconds="$seconds" '
  BEGIN { printf "%s, %d records, dnsperf for %s s each\n\n", zone, r, seconds
    print "| server | MiB net of idle | octets per record | ready after, s | queries per s | lost | CPU per query, us: user + system |"
    print "|---|---|---|---|---|---|---|" }
  { name[NR] = $1; kib[NR] = $2; ready[NR] = ($3 + $4) / 1000; rate[NR] = $5; cpu[NR] = ($8 + $9) / hz * 1e6 / $6
    load = sprintf("%.2f", $3 / 1000); if ($4) load = sprintf("%.2f, of which building %.2f", ready[NR], $4 / 1000)
    printf "| %s | %.1f | %.1f | %s | %.0f | %d | %.2f + %.2f |\n", $1, $2 / 1024, $2 * 1024 / r, load, $5, $7,
      $8 / hz * 1e6 / $6, $9 / hz * 1e6 / $6 }
  END { for (i = 1; i < NR; i++) printf "| %s / %s | %.1f | %.1f | %.1f | %.2f | | %.2f |\n", name[i], name[NR],
      kib[i] / kib[NR], kib[i] / kib[NR], ready[i] / ready[NR], rate[i] / rate[NR], cpu[i] / cpu[NR] }'
