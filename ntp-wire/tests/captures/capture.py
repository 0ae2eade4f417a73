#!/usr/bin/env python3
"""Records what real NTP programs say to each other, as the fixtures beside this file.

Needs root (chronyd starts as root and changes no clock: -x), openssl, and of Debian 12 chrony 4.3 and
ntpsec-ntpdig 1.2.2.
Usage: capture.py DIRECTORY. Everything runs on 127.0.0.1. A relay between client and server writes
each packet as a line: "> " and hexadecimal for the client's, "< " for the server's.
"""
import os, socket, subprocess, sys, tempfile, threading, time

OUT = os.path.abspath(sys.argv[1])
SERVER, RELAY, KE, COMMAND = 11123, 11124, 11460, 11323
KEYS = """1 MD5 ASCII:md5-key-of-a-fixture
2 SHA1 ASCII:sha1-key-of-a-fixture
3 SHA256 ASCII:sha256-key-of-a-fixture
4 SHA384 ASCII:sha384-key-of-a-fixture
5 SHA512 ASCII:sha512-key-of-a-fixture
6 AES128 HEX:000102030405060708090A0B0C0D0E0F
7 AES256 HEX:000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F
"""


def relay(lines, stop):
    front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    front.bind(("127.0.0.1", RELAY))
    front.settimeout(0.2)
    back = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    back.settimeout(1)
    while not stop.is_set():
        try:
            packet, client = front.recvfrom(4096)
        except TimeoutError:
            continue
        lines.append("> " + packet.hex())
        back.sendto(packet, ("127.0.0.1", SERVER))
        try:
            reply = back.recv(4096)
        except TimeoutError:
            continue
        lines.append("< " + reply.hex())
        front.sendto(reply, client)
    front.close()


def sniff(lines, stop):
    """With NTS the server names its own port, so there is no relay: listen on the wire."""
    wire = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(0x0800))
    wire.bind(("lo", 0))
    wire.settimeout(0.2)
    while not stop.is_set():
        try:
            packet, address = wire.recvfrom(4096)
        except TimeoutError:
            continue
        start = (packet[0] & 15) * 4
        ports = int.from_bytes(packet[start : start + 2]), int.from_bytes(packet[start + 2 : start + 4])
        # Each packet passes twice, once on its way out.
        if packet[9] == 17 and SERVER in ports and address[2] != socket.PACKET_OUTGOING:
            lines.append(("> " if ports[1] == SERVER else "< ") + packet[start + 8 :].hex())
    wire.close()


def capture_ntpdig(name):
    """NTPsec's client, whose port is a constant in the script: a copy gets the relay's."""
    with open("/usr/bin/ntpdig") as file:
        script = file.read().replace("port=123)", f"port={RELAY})")
    with open(os.path.join(WORK, "ntpdig.py"), "w") as file:
        file.write(script)
    lines, stop = [], threading.Event()
    thread = threading.Thread(target=relay, args=(lines, stop))
    thread.start()
    subprocess.run(["/usr/bin/python3", os.path.join(WORK, "ntpdig.py"), "-4", "-j", "127.0.0.1"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False, timeout=20)
    stop.set()
    thread.join()
    with open(os.path.join(OUT, name + ".txt"), "w") as file:
        file.write("# ntpdig (NTPsec 1.2.2) -4 -j 127.0.0.1 against chronyd 4.3\n")
        file.write("\n".join(lines) + "\n")
    print(name, len(lines))


def capture(name, source, more=(), seconds=8, tap=relay):
    lines, stop = [], threading.Event()
    thread = threading.Thread(target=tap, args=(lines, stop))
    thread.start()
    command = ["chronyd", "-Q", "-x", "-u", "root", "-t", str(seconds), "-f", "/dev/null", source]
    command += ["keyfile " + os.path.join(WORK, "keys"), "pidfile " + os.path.join(WORK, "c.pid")]
    command += ["cmdport 0", "bindcmdaddress /", *more]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    stop.set()
    thread.join()
    with open(os.path.join(OUT, name + ".txt"), "w") as file:
        file.write("# chronyd 4.3 -Q '" + source.replace(WORK, "DIR") + "' against chronyd 4.3\n")
        file.write("\n".join(lines) + "\n")
    print(name, len(lines))


WORK = tempfile.mkdtemp()
write = lambda name, text: open(os.path.join(WORK, name), "w").write(text)
write("keys", KEYS)
subprocess.run(
    ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1",
     "-nodes", "-days", "3650", "-subj", "/CN=localhost", "-addext",
     "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", WORK + "/key.pem",
     "-out", WORK + "/cert.pem"], check=True, stderr=subprocess.DEVNULL)
os.makedirs(WORK + "/dump", exist_ok=True)
write("server.conf", f"""port {SERVER}
bindaddress 127.0.0.1
cmdport {COMMAND}
bindcmdaddress 127.0.0.1
local stratum 3
allow 127.0.0.0/8
keyfile {WORK}/keys
pidfile {WORK}/s.pid
ntsserverkey {WORK}/key.pem
ntsservercert {WORK}/cert.pem
ntsport {KE}
""")
server = subprocess.Popen(["chronyd", "-d", "-x", "-U", "-u", "root", "-f", WORK + "/server.conf"],
                          stderr=subprocess.DEVNULL)
time.sleep(2)
try:
    one = f"server 127.0.0.1 port {RELAY} iburst maxsamples 1"
    capture("chronyd-v4", one)
    capture_ntpdig("ntpdig")
    capture("chronyd-v3", one + " version 3")
    for number, name in enumerate(["md5", "sha1", "sha256", "sha384", "sha512", "aes128", "aes256"]):
        capture("chronyd-" + name, one + f" key {number + 1}")
    capture("chronyd-field-f323", one + " extfield F323")
    capture("chronyd-interleaved",
            f"server 127.0.0.1 port {RELAY} minpoll -2 maxpoll -2 xleave maxsamples 4")
    capture("chronyd-nts", f"server 127.0.0.1 iburst maxsamples 1 nts ntsport {KE}",
            [f"ntstrustedcerts {WORK}/cert.pem", "nosystemcert", f"ntsdumpdir {WORK}/dump"], tap=sniff)
    for name in os.listdir(WORK + "/dump"):
        with open(os.path.join(WORK, "dump", name)) as file, \
             open(os.path.join(OUT, "chronyd-nts-keys.txt"), "w") as out:
            out.write(file.read())
    # chronyd's control protocol: the requests of this crate, built as `Command::write` does.
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(2)
    for name, code in [("sources", 14), ("source", 15), ("tracking", 33), ("activity", 44)]:
        request = bytes([6, 1, 0, 0]) + code.to_bytes(2, "big") + bytes(2) + bytes([1, 2, 3, 4])
        request += bytes(104 - len(request))
        client.sendto(request, ("127.0.0.1", COMMAND))
        try:
            reply = client.recv(4096)
        except TimeoutError:
            print("no answer to", name)
            continue
        with open(os.path.join(OUT, "chronyd-command-" + name + ".txt"), "w") as file:
            file.write(f"# chronyd 4.3, command {code}\n> {request.hex()}\n< {reply.hex()}\n")
finally:
    server.terminate()
    server.wait()
