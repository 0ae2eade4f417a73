#!/usr/bin/env python3
"""Records what chronyd makes of a server whose error is known, as `measured.txt` beside this file.

Needs root (chronyd starts as root; -x: no clock is touched) and chronyd 4.3. Usage: record.py FILE
A server of our own on 127.0.0.1 serves the system clock plus an error: 10 ms and 20 ppm, 23 ppm after 150 s. It holds
packets up for a random time before it stamps them and again after, so paths are lopsided. chronyd asks once a second with
`noselect`, so that it estimates and corrects nothing, and logs each measurement and each estimate.
Each line of FILE is one measurement chronyd accepted, all of them:
  time of the reply (ns, system clock), offset and delay as measured (s),
  chronyd's estimate then: offset (s), its standard deviation (s), frequency, skew, samples
  (each "-" where it made none, as before the third sample),
  the truth then: offset (s), frequency
Offsets are server minus client, frequencies how fast the server gains on the client.
"""
import os, random, socket, struct, subprocess, sys, tempfile, threading, time

PORT, SECONDS, BEND = 22123, 300, 150
ERA = 2_208_988_800
random.seed(2026)
folder = tempfile.mkdtemp()
os.makedirs(folder + "/log")
start = time.time_ns()


def truth(local):
    """The served clock minus the system clock, in seconds, and its rate."""
    elapsed = (local - start) / 1e9
    before, after = min(elapsed, BEND), max(elapsed - BEND, 0)
    return 0.010 + 20e-6 * before + 23e-6 * after, 20e-6 if elapsed < BEND else 23e-6


def stamp():
    local = time.time_ns()
    served = local + round(truth(local)[0] * 1e9)
    seconds, nanos = divmod(served, 10**9)
    return (seconds + ERA << 32 | (nanos << 32) // 10**9) & (1 << 64) - 1


def hold():
    """A queue: usually short, at times long."""
    time.sleep(random.expovariate(1 / (4e-3 if random.random() < 0.1 else 200e-6)))


def serve():
    while True:
        request, client = server.recvfrom(1024)
        hold()
        received = sent = stamp()
        reply = struct.pack("!BBbbII4sQ8sQQ", 0x24, 1, request[2], -20, 0, 7, b"TEST", received, request[40:48], received, sent)
        hold()
        server.sendto(reply, client)
        replies.append(time.time_ns())


server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
server.bind(("127.0.0.1", PORT))
replies = []
threading.Thread(target=serve, daemon=True).start()
with open(folder + "/conf", "w") as file:
    file.write(f"port 0\nserver 127.0.0.1 port {PORT} minpoll 0 maxpoll 0 noselect\ncmdport 0\nbindcmdaddress /\n"
               f"pidfile {folder}/pid\nlogdir {folder}/log\nlog rawmeasurements statistics\n")
chronyd = subprocess.Popen(["chronyd", "-d", "-x", "-U", "-u", "root", "-f", folder + "/conf"], stderr=subprocess.DEVNULL)
time.sleep(SECONDS)
chronyd.terminate()
chronyd.wait()

rows = lambda name: [line.split() for line in open(f"{folder}/log/{name}.log") if line[0] not in "= " or line[1].isdigit()]
measurements = [row for row in rows("measurements") if len(row) > 12 and row[0][0].isdigit()]
statistics = {}
for row in (row for row in rows("statistics") if len(row) > 8 and row[0][0].isdigit()):
    statistics.setdefault((row[0], row[1]), []).append(row)
assert abs(len(measurements) - len(replies)) <= 1, (len(measurements), len(replies))
with open(sys.argv[1], "w") as out:
    out.write("# chronyd 4.3 and a server with a known error: see record.py\n")
    for row, at in zip(measurements, replies):
        if "0" in row[7]:
            continue
        # Both logs are in order, also within a second.
        found = statistics.get((row[0], row[1]), [])
        estimate = [found[0][place] for place in (4, 5, 6, 7, 9)] if found else ["-"] * 5
        del found[:1]
        offset, rate = truth(at)
        numbers = [row[11], row[12], *estimate, f"{offset:.9f}", f"{rate:.3e}"]
        out.write(" ".join([str(at), *numbers]) + "\n")
