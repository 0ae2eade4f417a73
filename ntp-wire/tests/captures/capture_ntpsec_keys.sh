#!/usr/bin/env bash
# Records NTPsec's ntpdig and ntpd with symmetric keys. Usage: capture_ntpsec_keys.sh NTPD OUTDIR
# NTPD is the ntpd of Debian 12's package ntpsec 1.2.2, unpacked with dpkg -x; ntpdig is that of ntpsec-ntpdig 1.2.2.
# Both run in a namespace of their own, where port 123 is free and the clock cannot be touched.
set -euo pipefail
export NTPD=$1 OUT=$2 FOLDER
FOLDER=$(mktemp -d)
cat >"$FOLDER/keys" <<'KEYS'
1 MD5 md5-key-fixture
2 SHA1 sha1-key-fixture
3 AES 000102030405060708090a0b0c0d0e0f
KEYS
printf '%s\n' 'disable ntp' 'server 127.127.1.0' "keys $FOLDER/keys" 'trustedkey 1 2 3' 'restrict default nomodify' >"$FOLDER/conf"
unshare -rn bash -c '
  ip link set lo up
  "$NTPD" -n -c "$FOLDER/conf" >"$FOLDER/log" 2>&1 &
  server=$!
  sleep 6
  python3 - <<PY
import os, socket, subprocess
folder, out = os.environ["FOLDER"], os.environ["OUT"]
wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
wire.bind(("lo", 0))
for key, name in [(1, "md5"), (2, "sha1"), (3, "aes128")]:
    wire.settimeout(0.5)
    subprocess.run(["ntpdig", "-4", "-t", "2", "-k", folder + "/keys", "-a", str(key), "127.0.0.1"], check=False)
    lines = [f"# ntpdig and ntpd of NTPsec 1.2.2, key {key}, {name}"]
    while True:
        try:
            packet, address = wire.recvfrom(4096)
        except TimeoutError:
            break
        start = (packet[0] & 15) * 4
        ports = int.from_bytes(packet[start : start + 2], "big"), int.from_bytes(packet[start + 2 : start + 4], "big")
        # Each packet passes twice, once on its way out.
        if packet[9] == 17 and 123 in ports and address[2] != socket.PACKET_OUTGOING:
            lines.append(("> " if ports[1] == 123 else "< ") + packet[start + 8 :].hex())
    open(f"{out}/ntpsec-{name}.txt", "w").write("\n".join(lines) + "\n")
PY
  kill $server
'
rm -r "$FOLDER"
