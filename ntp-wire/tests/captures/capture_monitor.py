#!/usr/bin/env python3
"""Records what chronyd tells a monitor over its Unix socket, and what chronyc makes of the same.

Needs root (chronyd starts as root; -x: no clock is touched). Usage: capture_monitor.py CHRONYD CHRONYC PREFIX DIRECTORY
One chronyd serves, another follows it and is asked after 20 s. Requests are built as `Command::write` does.
"""
import os, socket, subprocess, sys, tempfile, time

CHRONYD, CHRONYC, PREFIX, OUT = sys.argv[1:]
folder = tempfile.mkdtemp()
os.chmod(folder, 0o770)
path = folder + "/chronyd.sock"
common = f"cmdport 0\npidfile {folder}/"
configurations = {
    "server": f"port 11123\nbindaddress 127.0.0.1\nlocal stratum 3\nallow 127.0.0.0/8\nbindcmdaddress /\n{common}s.pid\n",
    "client": f"port 11125\nbindaddress 127.0.0.1\nallow 127.0.0.0/8\nserver 127.0.0.1 port 11123 minpoll 0 maxpoll 0\nbindcmdaddress {path}\n{common}c.pid\n",
}
running = []
for name, text in configurations.items():
    with open(f"{folder}/{name}", "w") as file:
        file.write(text)
    running.append(subprocess.Popen([CHRONYD, "-d", "-x", "-U", "-u", "root", "-f", f"{folder}/{name}"], stderr=subprocess.DEVNULL))
time.sleep(18)
subprocess.run([CHRONYD, "-Q", "-x", "-U", "-u", "root", "-t", "4", "-f", "/dev/null", "server 127.0.0.1 port 11125 iburst maxsamples 1",
                f"pidfile {folder}/q.pid", "cmdport 0", "bindcmdaddress /"], stderr=subprocess.DEVNULL)
own = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
own.bind(folder + "/monitor.sock")
own.settimeout(2)
address = bytes([127, 0, 0, 1]) + bytes(12) + bytes([0, 1, 0, 0])
try:
    for name, code, argument in [("source", 15, bytes(4)), ("tracking", 33, b""), ("sourcestats", 34, bytes(4)), ("serverstats", 54, b""), ("ntpdata", 57, address)]:
        request = bytes([6, 1, 0, 0]) + code.to_bytes(2, "big") + bytes(2) + bytes([1, 2, 3, 4]) + bytes(8) + argument
        request += bytes((240 if code in (54, 57) else 104) - len(request))
        shown = subprocess.run([CHRONYC, "-h", path, "-c", *({"source": ["sources"]}.get(name, [name])), *(["127.0.0.1"] if code == 57 else [])],
                               capture_output=True, text=True, check=False).stdout.strip()
        own.sendto(request, path)
        reply = own.recv(4096)
        with open(f"{OUT}/{PREFIX}-{name}.txt", "w") as file:
            file.write(f"# command {code}; chronyc -c says: {shown}\n> {request.hex()}\n< {reply.hex()}\n")
        print(name, len(reply), shown)
finally:
    for process in running:
        process.terminate()
        process.wait()
