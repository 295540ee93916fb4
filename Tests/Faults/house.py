"""A real broker, the real program and records with known meanings: what the faults of the suite are done to."""

import datetime
import json
import os
import random
import shutil
import signal
import socket
import sqlite3
import subprocess
import tempfile
import time

FOLDER = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(FOLDER))
METERS = [f"00:11:22:33:55:{number:02X}" for number in range(4)]
NOON = datetime.datetime(2025, 4, 13, 12, 0, 0, tzinfo=datetime.timezone.utc)


class Trouble(Exception):
    """Something that the fault is not to blame for: the run says nothing."""


class Record:
    """The nth glucose record of all meters together: whose, which, when and what are known beforehand."""

    def __init__(self, index):
        self.device = METERS[index % len(METERS)]
        self.number = index // len(METERS) + 1
        self.at = NOON + datetime.timedelta(seconds=37 * index)
        self.mantissa = 80 + index % 120  # 10^-5 kg/L: 80 to 199 mg/dL

    @property
    def key(self):
        return self.device, self.number

    @property
    def identity(self):
        return f"{self.device.replace(':', '')}.blood-glucose.{self.at:%Y%m%dT%H%M%S}.n{self.number}"

    def message(self):
        """As IEEE 11073 and the Glucose Service lay it out: flags, sequence, base time, offset, SFLOAT in kg/L, type and place."""
        at = self.at
        value = 0xB000 | self.mantissa
        frame = bytes([0x03]) + self.number.to_bytes(2, "little") + at.year.to_bytes(2, "little")
        frame += bytes([at.month, at.day, at.hour, at.minute, at.second, 0, 0]) + value.to_bytes(2, "little") + bytes([0xF1])
        return json.dumps({"address": self.device, "characteristic": "2a18", "frames": [frame.hex()]})


class Damage:
    """What a fault did to the claim."""

    NAMES = ("lost", "doubled", "misdated", "misread", "misfiled")

    def __init__(self):
        self.lost = self.doubled = self.misdated = self.misread = self.misfiled = 0
        self.sentences = []

    def add(self, other):
        for name in Damage.NAMES:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.sentences += other.sentences

    def note(self, name, sentence):
        setattr(self, name, getattr(self, name) + 1)
        if len(self.sentences) < 5:
            self.sentences.append(f"{name}: {sentence}")

    @property
    def any(self):
        return bool(self.sentences) or any(getattr(self, name) for name in Damage.NAMES)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(seconds, what, condition):
    """Waits until the condition holds."""
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            raise Trouble(f"not within {seconds} s: {what}")
        time.sleep(0.05)


class House:
    """One folder with a broker, a database and the program over it."""

    def __init__(self, program, shim, name="vitalgate", broker=None, port=None, clock_trust=None):
        self.program, self.shim, self.name = program, shim, name
        self.folder = tempfile.mkdtemp(prefix="vitalgate-faults-") if broker is None else broker.folder
        self.owner = broker is None
        self.broker = None
        self.port = port or (free_port() if broker is None else broker.port)
        self.gateway = None
        self.database = f"{self.folder}/{name}.db"
        self.archive = f"{self.folder}/{name}.jsonl"
        self.log = f"{self.folder}/{name}.log"
        self.profiles = None
        trust = f"clock: {{ trust: {clock_trust.format(folder=self.folder)} }}\n" if clock_trust else ""
        with open(f"{self.folder}/{name}.yaml", "w") as file:
            file.write(
                f"store: {{ path: {self.database} }}\nplace: {{ zone: UTC }}\n{trust}log: {{ level: warning }}\n"
                f"sources: [ {{ name: {name}, mqtt: {{ host: 127.0.0.1, port: {self.port}, topics: [\"vitalgate/raw/#\"] }} }} ]\n"
                f"sinks: [ {{ name: archive, file: {{ path: {self.archive} }} }} ]\n")

    # The broker keeps what it has over its own restarts, and knows no limit.

    def start_broker(self):
        with open(f"{self.folder}/broker.conf", "w") as file:
            file.write(
                f"listener {self.port} 127.0.0.1\nallow_anonymous true\npersistence true\npersistence_location {self.folder}/\n"
                f"autosave_interval 1\nmax_queued_messages 0\nlog_dest none\nuser {os.environ.get('USER') or 'root'}\n")
        mosquitto = shutil.which("mosquitto") or "/usr/sbin/mosquitto"
        self.broker = subprocess.Popen([mosquitto, "-c", f"{self.folder}/broker.conf"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

        def listens():
            with socket.socket() as probe:
                return probe.connect_ex(("127.0.0.1", self.port)) == 0

        until(10, "mosquitto listens", listens)

    def stop_broker(self):
        self.broker.terminate()
        self.broker.wait()
        self.broker = None

    def run(self, *words, check=True, **environment):
        done = subprocess.run(
            [self.program, *words], env={**os.environ, **environment}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        if check and done.returncode != 0:
            raise Trouble(f"vitalgate {' '.join(words)}: {done.stdout[-300:]}")
        return done

    def enroll(self):
        for meter in METERS:
            self.run("devices", "enroll", meter, "--by", "fault-test", "--store", self.database)

    def start(self, **faults):
        """Starts the program; the faults are words of faults.c."""
        environment = {**os.environ, "SWIFT_BACKTRACE": "enable=no"}
        if faults:
            environment.update({f"FAULT_{name.upper()}": str(value) for name, value in faults.items()}, LD_PRELOAD=self.shim)
        words = [self.program, "run", "--config", f"{self.folder}/{self.name}.yaml"]
        if self.profiles:
            words += ["--profiles", self.profiles]
        with open(self.log, "a") as log:
            self.gateway = subprocess.Popen(words, env=environment, stdout=log, stderr=log)

    def connect(self, **faults):
        """Starts it and waits for its subscription: what is published to nobody is kept for nobody."""
        before = self.connections()
        self.start(**faults)
        until(30, "the gateway connects", lambda: self.connections() > before)
        time.sleep(0.3)

    def connections(self):
        return self.value(f"SELECT ifnull(max(connections), 0) FROM sources WHERE name = '{self.name}'") or 0

    def kill(self):
        if self.gateway.poll() is None:
            self.gateway.send_signal(signal.SIGKILL)
        self.gateway.wait()

    def stop(self):
        self.gateway.terminate()
        status = self.gateway.wait(timeout=30)
        # It may not have come so far as to listen for signals.
        if status not in (0, -15):
            raise Trouble(f"the gateway ended with status {status}: {self.tail()}")

    def tail(self):
        with open(self.log) as log:
            return log.read()[-300:]

    def value(self, sql):
        if not os.path.exists(self.database):
            return None
        try:
            connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
            try:
                return connection.execute(sql).fetchone()[0]
            finally:
                connection.close()
        except sqlite3.DatabaseError:
            return None

    def publish(self, records):
        """A publisher at QoS 1, in the background; gives its process."""
        process = subprocess.Popen(
            ["mosquitto_pub", "-h", "127.0.0.1", "-p", str(self.port), "-q", "1", "-t", "vitalgate/raw/x", "-l"], stdin=subprocess.PIPE, text=True)
        process.stdin.write("".join(record.message() + "\n" for record in records))
        process.stdin.close()
        return process

    def has(self, count):
        return (self.value("SELECT count(*) FROM readings WHERE state = 'current'") or 0) >= count

    def archived(self):
        """The newest revision of each reading that the sink has, by its id; without those that it was told to forget."""
        return {name: entry for name, entry in self.told().items() if not entry.get("erased")}

    def told(self):
        """The newest that the sink was told of each reading, by its id."""
        newest = {}
        if os.path.exists(self.archive):
            with open(self.archive) as file:
                for line in file:
                    if not line.endswith("\n"):
                        break  # it is being written
                    entry = json.loads(line)
                    if entry.get("type") == "reading" and entry["revision"] >= newest.get(entry["id"], {"revision": 0})["revision"]:
                        newest[entry["id"]] = entry
        return newest

    def settle(self, count):
        """Everything is in and out, corrections too, then the program ends by itself."""
        lateness = None
        for what, condition in [
            ("stored", lambda: self.has(count)), ("at the sink", lambda: len(self.archived()) >= count), ("told", self.has_told_all),
        ]:
            try:
                until(60, f"all is {what}", condition)
            except Trouble as trouble:
                lateness = trouble
        self.stop()
        return lateness

    def has_told_all(self):
        return self.value("SELECT count(*) FROM journal j JOIN cursors c ON c.lane = j.lane WHERE j.seq > c.seq") == 0

    def checkpoint(self):
        connection = sqlite3.connect(self.database, timeout=5)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
        connection.close()

    def calm(self):
        """The sink has all that is stored, then the program ends by itself."""
        until(60, "all that is stored is at the sink", self.has_told_all)
        self.stop()

    def lost(self):
        """How many readings the account of damages has as lost; None where it says that nobody can tell."""
        counts = [row[0] for row in self.rows("SELECT count FROM losses WHERE what = 'readings'")]
        return None if None in counts else sum(counts)

    def rows(self, sql):
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True, timeout=5)
        try:
            return connection.execute(sql).fetchall()
        finally:
            connection.close()

    def damage(self, records, counting=False):
        """Compares what is stored and what the sink has with what was sent. `counting`: what is gone must be what the account says."""
        damage = Damage()
        expected = {record.key: record for record in records}
        connection = sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)
        rows = connection.execute(
            'SELECT device, number, measured_at, "values", identity FROM readings WHERE state = ? ORDER BY id', ("current",)).fetchall()
        others = connection.execute("SELECT count(*) FROM readings WHERE state NOT IN ('current', 'superseded')").fetchone()[0]
        connection.close()
        seen = set()
        for device, number, at, values, identity in rows:
            record = expected.get((device, number))
            if record is None:
                damage.note("misfiled", f"{device} never sent number {number}")
                continue
            if record.key in seen:
                damage.note("doubled", f"{device} number {number} is stored twice")
            seen.add(record.key)
            if at != int(record.at.timestamp() * 1000):
                damage.note("misdated", f"{device} number {number}: {at} and not {record.at.isoformat()}")
            if not means(values, record):
                damage.note("misread", f"{device} number {number}: {values}")
        gone = expected.keys() - seen
        if counting:
            counted = self.lost()
            if counted is not None and counted != len(gone):
                damage.note("lost", f"{len(gone)} readings are gone, and the account has {counted}")
            if gone and counted == 0:
                damage.note("lost", "readings are gone that nobody counted")
        else:
            for key in gone:
                damage.note("lost", f"{key[0]} number {key[1]} is not stored")
        if others:
            damage.note("lost", f"{others} readings are quarantined or withdrawn")
        sunk = set()
        for entry in self.archived().values():
            key = entry["device"]["id"] if isinstance(entry["device"], dict) else entry["device"], entry.get("number")
            if key in sunk:
                damage.note("doubled", f"{key} is at the sink under two ids")
            sunk.add(key)
            if key not in expected:
                damage.note("misfiled", f"{key} is at the sink, and nobody sent it")
            elif not told(entry, expected[key]):
                damage.note("misread", f"the sink has of {key}: {json.dumps(entry)[:200]}")
        for key in (seen if counting else expected.keys()) - sunk:
            damage.note("lost", f"{key[0]} number {key[1]} is not at the sink")
        verdict = self.run("ledger", "verify", "--store", self.database, check=False)
        if verdict.returncode != 0:
            damage.sentences.append("the ledger does not balance: " + verdict.stdout[-200:])
        return damage

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        for process in (self.gateway, self.broker):
            if process is not None and process.poll() is None:
                process.kill()
                process.wait()
        if self.owner:
            shutil.rmtree(self.folder, ignore_errors=True)


def means(values, record):
    """Whether the stored values are this record's glucose and nothing else."""
    return json.loads(values) == {"glucose": f"{record.mantissa} mg/dL"}


def told(entry, record):
    """Whether a line at the sink is this record: its glucose, and when it was measured."""
    at = datetime.datetime.fromisoformat(entry["measuredAt"].replace("Z", "+00:00"))
    return entry["values"]["glucose"]["value"] == str(record.mantissa) and entry["values"]["glucose"]["unit"] == "mg/dL" and at == record.at


def moment(most):
    time.sleep(random.random() * most)
