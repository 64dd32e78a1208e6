"""What hostile or merely many clients do to a server, and what it costs. Standard library only.

  load.py probe PORT SECONDS          GET /health on new connections: fails over 100 ms or on an error
  load.py idle PORT PID COUNT         COUNT idle keep-alive connections: fails over 40 MB of memory
  load.py descriptors PORT PID COUNT  more connections than there are descriptors: fails if those who
                                      are connected suffer, or if the server spins
"""
import os
import resource
import socket
import sys
import time

REQUEST = b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n"
SLOW_MS = 100
IDLE_MB = 40
SPIN_PERCENT = 5


def connect(port, source="127.0.0.1"):
    client = socket.socket()
    client.bind((source, 0))
    client.settimeout(5)
    client.connect(("127.0.0.1", port))
    return client


def is_served(client):
    try:
        client.sendall(REQUEST)
        return client.recv(4096).startswith(b"HTTP/1.1 200")
    except OSError:
        return False


def memory_kb(pid):
    with open(f"/proc/{pid}/status") as lines:
        return next(int(line.split()[1]) for line in lines if line.startswith("VmRSS"))


def cpu_seconds(pid):
    with open(f"/proc/{pid}/stat") as text:
        fields = text.read().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def probe(port, seconds):
    times, failed, end = [], 0, time.time() + seconds
    while time.time() < end:
        start = time.time()
        try:
            with connect(port) as client:
                failed += not is_served(client)
        except OSError:
            failed += 1
        times.append((time.time() - start) * 1000)
        time.sleep(0.02)
    times.sort()
    print(f"  /health: {len(times)} asked, {failed} failed, median {times[len(times) // 2]:.1f} ms, "
          f"slowest {times[-1]:.1f} ms")
    return failed == 0 and times[-1] < SLOW_MS


def idle(port, pid, count):
    before, clients = memory_kb(pid), []
    for number in range(count):
        # Several addresses, because one may have 1,024 connections.
        client = connect(port, f"127.0.0.{2 + number // 1000}")
        if not is_served(client):
            print(f"  connection {number} was not served")
            return False
        clients.append(client)
    grown = (memory_kb(pid) - before) / 1024
    served = sum(is_served(client) for client in clients[::100])
    print(f"  {count} idle connections: {grown:.1f} MB more, {grown * 1024 * 1024 / count:.0f} bytes "
          f"each; {served} of {len(clients[::100])} asked again were served")
    return grown < IDLE_MB and served == len(clients[::100])


def descriptors(port, pid, count):
    established = [connect(port) for _ in range(5)]
    fine = all(is_served(client) for client in established)
    crowd = []
    for _ in range(count):
        client = connect(port)
        client.sendall(REQUEST[:20])
        crowd.append(client)
    cpu, start = cpu_seconds(pid), time.time()
    time.sleep(3)
    spent = (cpu_seconds(pid) - cpu) / (time.time() - start) * 100
    kept = sum(is_served(client) for client in established)
    for client in crowd:
        client.close()
    time.sleep(1)
    with connect(port) as client:
        again = is_served(client)
    print(f"  out of descriptors: {spent:.1f} % of a CPU, {kept} of 5 connections served on, "
          f"afterwards {'served' if again else 'NOT SERVED'} again")
    return fine and spent < SPIN_PERCENT and kept == 5 and again


if __name__ == "__main__":
    name, numbers = sys.argv[1], [int(text) for text in sys.argv[2:]]
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    command = {"probe": probe, "idle": idle, "descriptors": descriptors}[name]
    sys.exit(0 if command(*numbers) else 1)
