"""The servers: how each is configured, started, and told to read its configuration again.

All take a `Place`, which ends them.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping, Sequence
from pathlib import Path

from live.asking import Http, Line
from live.place import HOST, Place, listens, program, wait


class Nginx:
    """nginx: some upstreams, each behind a path of its name, and the servers that they name.

    Every server answers with its address. The header ``X-IP`` says whose request it is.
    """

    def __init__(self, place: Place) -> None:
        self._program = program("nginx", "nginx-light")
        self._place = place
        self._port = place.port()
        self._version = 0

    def start(self, servers: Sequence[int], upstreams: Mapping[str, Sequence[str]]) -> Path:
        """Start it, and return its configuration."""
        path = self.configure(servers, upstreams)
        self._process = self._place.start(
            *self._command(path), "-g", "daemon off;", ready=lambda: listens(self._port)
        )
        return path

    def reload(self, servers: Sequence[int], upstreams: Mapping[str, Sequence[str]]) -> Path:
        """Edit the configuration, let it be read again, and return it."""
        path = self.configure(servers, upstreams)
        self._process.send_signal(signal.SIGHUP)
        return path

    def connect(self) -> Http:
        """Return a connection to a worker that has read the newest configuration."""
        return _newest(self._port, self._version)

    def configure(self, servers: Sequence[int], upstreams: Mapping[str, Sequence[str]]) -> Path:
        """Write the configuration, which the program itself must accept."""
        self._version += 1
        lines = [
            "worker_processes 1;",
            f"pid {self._place.directory}/nginx.pid;",
            "error_log stderr warn;",
            "events { worker_connections 512; }",
            "http {",
            "access_log off;",
            "keepalive_requests 1000000;",
            "large_client_header_buffers 8 64k;",
            *(
                f"{name}_temp_path {self._place.directory}/{name};"
                for name in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
            ),
            "server {",
            f"  listen {HOST}:{self._port};",
            f"  set_real_ip_from {HOST};",
            "  real_ip_header X-IP;",
            f'  location = /version {{ return 200 "{self._version}"; }}',
            *(f"  location /{name} {{ proxy_pass http://{name}/; }}" for name in upstreams),
            "}",
        ]
        lines += [f'server {{ listen {HOST}:{port}; return 200 "{HOST}:{port}"; }}' for port in servers]
        for name, directives in upstreams.items():
            lines += [f"upstream {name} {{", *(f"  {directive};" for directive in directives), "}"]
        path = self._place.write("nginx.conf", "\n".join([*lines, "}", ""]))
        self._place.run(*self._command(path), "-t")
        return path

    def _command(self, path: Path) -> list[str]:
        return [self._program, "-p", str(self._place.directory), "-e", "stderr", "-c", str(path)]


class Haproxy:
    """HAProxy: some backends, chosen by the header ``X-Pool``, and the servers that they name.

    Every server answers with its address. The header ``X-IP`` says whose request it is.
    """

    def __init__(self, place: Place) -> None:
        self._program = program("haproxy", "haproxy")
        self._place = place
        self._port = place.port()
        self._version = 0

    def start(self, servers: Sequence[int], backends: Mapping[str, Sequence[str]]) -> Path:
        """Start it, and return its configuration."""
        path = self.configure(servers, backends)
        self._process = self._place.start(
            self._program, "-W", "-db", "-q", "-f", str(path), ready=lambda: listens(self._port)
        )
        return path

    def reload(self, servers: Sequence[int], backends: Mapping[str, Sequence[str]]) -> Path:
        """Edit the configuration, let it be read again, and return it."""
        path = self.configure(servers, backends)
        self._process.send_signal(signal.SIGUSR2)
        return path

    def connect(self) -> Http:
        """Return a connection to a worker that has read the newest configuration."""
        return _newest(self._port, self._version)

    def configure(self, servers: Sequence[int], backends: Mapping[str, Sequence[str]]) -> Path:
        """Write the configuration, which the program itself must accept."""
        self._version += 1
        answer = "http-request return status 200 content-type text/plain string"
        lines = [
            "global",
            "  nbthread 1",
            "  maxconn 256",
            "  tune.bufsize 65536",
            "defaults",
            "  mode http",
            "  timeout connect 60s",
            "  timeout client 600s",
            "  timeout server 60s",
            "frontend live",
            f"  bind {HOST}:{self._port}",
            f"  {answer} {self._version} if {{ path /version }}",
            "  http-request set-src hdr(x-ip)",
            "  use_backend %[req.hdr(x-pool)]",
        ]
        for port in servers:
            lines += [f"frontend at{port}", f"  bind {HOST}:{port}", f"  {answer} {HOST}:{port}"]
        for name, directives in backends.items():
            lines += [f"backend {name}", *(f"  {directive}" for directive in directives)]
        path = self._place.write("haproxy.cfg", "\n".join([*lines, ""]))
        self._place.run(self._program, "-c", "-f", str(path))
        return path


class Memcached:
    """Servers of memcached, each at a port."""

    def __init__(self, place: Place, count: int) -> None:
        self.ports = place.ports(count)
        for port in self.ports:
            place.start(
                program("memcached", "memcached"),
                *("-l", HOST, "-p", str(port), "-U", "0", "-m", "16", "-t", "1"),
                ready=lambda port=port: listens(port),
                stop=signal.SIGKILL,  # it keeps nothing, and takes a second to end otherwise
            )


class Twemproxy:
    """twemproxy: pools of memcached servers, each pool at a port of its own."""

    def __init__(self, place: Place, pools: Mapping[str, tuple[Mapping[str, str], Sequence[str]]]) -> None:
        found = program("nutcracker", "nutcracker")
        self.ports = dict(zip(pools, place.ports(len(pools)), strict=True))
        lines = []
        for name, (settings, servers) in pools.items():
            lines += [f"{name}:", f"  listen: {HOST}:{self.ports[name]}"]
            lines += [f"  {setting}: {value}" for setting, value in settings.items()]
            lines += ["  servers:", *(f"   - {server}" for server in servers)]
        self.configuration = place.write("nutcracker.yml", "\n".join([*lines, ""]))
        place.run(found, "-t", "-c", str(self.configuration))
        place.start(
            found,
            *("-c", str(self.configuration), "-a", HOST, "-s", str(place.port())),
            *("-o", str(place.directory / "twemproxy.log")),
            ready=lambda: all(listens(port) for port in self.ports.values()),
        )


class Redis:
    """Nodes of Redis Cluster, which redis-cli makes a cluster of."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._server = program("redis-server", "redis-server")
        self._cli = program("redis-cli", "redis-tools")
        self.ports: list[int] = []

    def start(self, count: int) -> list[str]:
        """Start so many empty nodes more, and return their addresses."""
        ports = self._place.ports(count)
        for port in ports:
            folder = self._place.folder_in_memory()  # every slot that changes hands is written and waited for
            self._place.start(
                *(self._server, "--port", str(port), "--bind", HOST, "--dir", str(folder)),
                *("--cluster-enabled", "yes", "--cluster-port", str(self._place.port())),
                *("--save", "", "--appendonly", "no", "--cluster-node-timeout", "60000"),
                ready=lambda port=port: listens(port),
            )
        self.ports += ports
        return [f"{HOST}:{port}" for port in ports]

    def cluster(self, *words: str) -> str:
        """Run ``redis-cli --cluster`` to its end, and wait until all nodes say the same of the slots."""
        said = self._place.run(self._cli, "--cluster", *words, "--cluster-yes")
        wait(self._agreed, "all nodes of the cluster agree")
        return said

    def nodes(self, port: int) -> str:
        """Return CLUSTER NODES as a node says it."""
        return self._place.run(self._cli, "-h", HOST, "-p", str(port), "CLUSTER", "NODES")

    def shards(self, port: int) -> str:
        """Return the JSON of CLUSTER SHARDS as a node says it."""
        return self._place.run(self._cli, "--json", "-h", HOST, "-p", str(port), "CLUSTER", "SHARDS")

    def _agreed(self) -> bool:
        """Return whether all nodes say the same of all: who is a replica of whom, and has which slots."""
        seen = []
        for port in self.ports:
            words = [line.split() for line in self.nodes(port).splitlines()]
            if any("handshake" in each[2] for each in words):
                return False
            seen.append(sorted((each[0], "slave" in each[2], *each[3:4], *each[8:]) for each in words))
        return all(each == seen[0] for each in seen)

    def master(self, port: int, keys: Sequence[bytes]) -> list[str]:
        """Return the address of the node that has each key, as one node says it."""
        found = []
        with Line(port) as node:
            for key in keys:
                node.send(b"*2\r\n$3\r\nGET\r\n$%d\r\n%s\r\n" % (len(key), key))
                words = node.line().decode().split()
                assert words[0] in ("-MOVED", "$-1"), (key, words)
                found.append(words[2] if words[0] == "-MOVED" else f"{HOST}:{port}")
        return found


class Postgres:
    """PostgreSQL, a new cluster of databases with one user, who may do all."""

    PROGRAMS = ("initdb", "postgres", "psql", "pg_dump", "pg_isready")

    def __init__(self, place: Place) -> None:
        self._place = place
        self._programs = {name: program(name, "postgresql") for name in self.PROGRAMS}
        data = place.folder("data")
        initdb = ("-U", "shardlab", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        place.run(self._programs["initdb"], "-D", str(data), *initdb)
        port = str(place.port())
        self._at = ("-h", str(place.directory), "-p", port, "-U", "shardlab", "-d", "postgres")
        settings = (f"unix_socket_directories={place.directory}", f"listen_addresses={HOST}", "fsync=off")
        place.start(
            *(self._programs["postgres"], "-D", str(data), "-p", port),
            *(word for setting in (*settings, "shared_buffers=8MB") for word in ("-c", setting)),
            ready=self._answers,
            stop=signal.SIGINT,
        )
        self.port = int(port)

    def sql(self, text: str) -> list[list[str]]:
        """Run statements, and return the rows of what they print."""
        said = self._place.run(
            *(self._programs["psql"], "-X", "-q", "-A", "-t", "-F", "\t", "-v", "ON_ERROR_STOP=1"),
            *self._at,
            sent=text,
        )
        return [line.split("\t") for line in said.splitlines()]

    def described(self, table: str) -> str:
        r"""Return what psql's ``\d+`` prints of a table."""
        return self._place.run(self._programs["psql"], "-X", *self._at, "-c", rf"\d+ {table}")

    def dumped(self) -> str:
        """Return what ``pg_dump -s`` prints."""
        return self._place.run(self._programs["pg_dump"], "-s", *self._at)

    def _answers(self) -> bool:
        return self._place.succeeds(self._programs["pg_isready"], "-q", *self._at)


def _newest(port: int, version: int) -> Http:
    """Connect until a worker answers that has read the newest configuration; older ones are ending."""
    connected: list[Http] = []

    def newest() -> bool:
        connection = Http(port)
        try:
            new = connection.ask(b"/version") == str(version)
        except ConnectionError:  # ended by an older worker
            new = False
        if new:
            connected.append(connection)
        else:
            connection.close()
        return new

    wait(newest, f"version {version} of the configuration is read")
    return connected[0]
