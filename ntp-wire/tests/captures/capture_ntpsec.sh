#!/usr/bin/env bash
# Records an NTPsec server's answers: a plain reply and mode 6. Usage: capture_ntpsec.sh NTPD OUTDIR
# NTPD is the ntpd of Debian 12's package ntpsec 1.2.2. It runs in a namespace of its own, where it
# may open port 123 and cannot touch the clock.
set -euo pipefail
export NTPD=$1 OUT=$2 CONF
CONF=$(mktemp)
printf '%s\n' 'disable ntp' 'server 127.127.1.0' 'fudge 127.127.1.0 stratum 5' 'restrict default nomodify' 'restrict 127.0.0.1 nomodify' >"$CONF"
unshare -rn bash -c '
  ip link set lo up
  "$NTPD" -n -c "$CONF" >/dev/null 2>&1 &
  server=$!
  sleep 8
  python3 - "$OUT" <<PY
import socket, sys
def ask(name, what, packets):
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(1)
    lines = [f"# ntpd of NTPsec 1.2.2, {what}"]
    for packet in packets:
        lines.append("> " + packet.hex())
        client.sendto(packet, ("127.0.0.1", 123))
        while True:
            try:
                lines.append("< " + client.recv(4096).hex())
            except TimeoutError:
                break
    open(f"{sys.argv[1]}/{name}.txt", "w").write("\n".join(lines) + "\n")
request = lambda opcode, association=0: bytes([0x26, opcode, 0, opcode, 0, 0]) + association.to_bytes(2, "big") + bytes(4)
ask("ntpsec-v4", "plain request", [bytes([0x23, 0, 0, 32]) + bytes(36) + bytes(range(1, 9))])
ask("ntpsec-status", "read status", [request(1)])
ask("ntpsec-variables", "read variables", [request(2)])
PY
  kill $server
'
rm "$CONF"
