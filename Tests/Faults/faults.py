"""What is done to the house. Each fault gives how often it happened, and what it did."""

import os
import random
import shutil
import sqlite3
import struct
import subprocess
import time

from house import METERS, ROOT, Damage, House, Record, Trouble, moment, until


class Fault:
    """`once` does it to a new house and says how often it happened in it."""

    def __init__(self, name, once, weight=1):
        self.name, self.once, self.weight = name, once, weight


def house(program, shim, **words):
    made = House(program, shim, **words)
    made.start_broker()
    made.enroll()
    return made


def further(records, count):
    """So many more records, behind those that were there."""
    more = [Record(index) for index in range(len(records), len(records) + count)]
    records += more
    return more


def finish(made, records, times):
    lateness = made.settle(len(records))
    damage = made.damage(records)
    if lateness and not damage.any:
        raise lateness
    return times, damage


def kill_at_any_moment(program, shim):
    """While reading, during a commit, while sending, while starting."""
    with house(program, shim) as made:
        made.connect()
        records, kills = [], 0
        for _ in range(5):
            more = further(records, 200)
            writer = made.publish(more)
            moment(0.4)
            made.kill()
            kills += 1
            made.start()
            if random.random() < 0.3:
                moment(0.3)
                made.kill()
                kills += 1
                made.start()
            writer.wait()
        return finish(made, records, kills)


def power_cut(program, shim):
    """What was not synced is on the disk in part, sector by sector."""
    with house(program, shim) as made:
        made.connect()
        made.stop()
        records, cuts = [], 0
        for _ in range(5):
            more = further(records, 150)
            made.start(cut=random.randint(1, 60), seed=random.randint(1, 1 << 30))
            writer = made.publish(more)
            try:
                made.gateway.wait(timeout=8)
                cuts += 1
            except subprocess.TimeoutExpired:
                made.stop()  # fewer writes than that
            writer.wait()
        made.start()
        return finish(made, records, cuts)


def power_cut_while_sending(program, shim):
    """The cursor of a sink moves, and the power goes: it may send again, never skip."""
    with house(program, shim) as made:
        made.connect()
        records, cuts = [], 0
        for _ in range(6):
            # Into the queue of the broker while nobody is there, so that all of it comes in and goes out at once.
            made.kill()
            more = further(records, 150)
            made.publish(more).wait()
            made.start(cut=random.randint(10, 80), seed=random.randint(1, 1 << 30))
            try:
                made.gateway.wait(timeout=3)
                cuts += 1
            except subprocess.TimeoutExpired:
                pass
        made.kill()
        made.start()
        return finish(made, records, cuts)


def failing_disk(error, call):
    def once(program, shim):
        with house(program, shim) as made:
            made.connect()
            made.stop()
            records, times = [], 0
            for _ in range(4):
                more = further(records, 100)
                mark = f"{made.folder}/failed"
                # A commit is several writes and one sync.
                first = random.randint(0, 40 if call == "write" else 3)
                made.start(error=error, call=call, **{"from": first}, times=random.randint(1, 8), mark=mark)
                made.publish(more).wait()
                for _ in range(30):
                    time.sleep(0.1)
                    if os.path.exists(mark):
                        time.sleep(0.3)
                        break
                if os.path.exists(mark):
                    times += 1
                    os.remove(mark)
                # It may have ended because it could not start on such a disk: then systemd starts it again.
                if made.gateway.poll() is None:
                    made.kill()
            made.start()
            return finish(made, records, times)

    return once


def kill_while_migrating(program, shim):
    """A database of the first version, killed while it is being made one of today."""
    with House(program, shim) as made:
        made.start_broker()
        times = 0
        source = f"{ROOT}/Tests/Catalogue/version-1.db"
        sql = "SELECT group_concat(identity || '@' || measured_at || '=' || \"values\", '|') FROM readings WHERE measured_at NOTNULL AND state <> 'quarantined'"
        before = sqlite3.connect(f"file:{source}?mode=ro&immutable=1", uri=True).execute(sql).fetchone()[0]
        damage = Damage()
        for turn in range(6):
            for suffix in ("", "-wal", "-shm"):
                if os.path.exists(made.database + suffix):
                    os.remove(made.database + suffix)
            shutil.copyfile(source, made.database)
            if turn % 2:
                made.start(cut=random.randint(1, 30), seed=random.randint(1, 1 << 30))
                try:
                    made.gateway.wait(timeout=2)
                except subprocess.TimeoutExpired:
                    pass
            else:
                made.start()
                moment(0.5)
            made.kill()
            times += 1
            made.connect()
            made.stop()
            if made.value(sql) != before:
                damage.note("lost", "the migrated database says something else than before")
            if made.run("ledger", "verify", "--store", made.database, check=False).returncode:
                damage.sentences.append("the ledger does not balance after the migration")
        return times, damage


def kill_command(program, words):
    """A command, killed at some moment."""
    run = subprocess.Popen([program, *words], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    moment(0.8)
    run.kill()
    run.wait()


def kill_while_redecoding(program, shim):
    """Readings that a mended profile reads otherwise, killed among the corrections; then it is done once more, to its end."""
    with house(program, shim) as made:
        # What was wrong: every glucose was read as twice as much. Then the shipped profile comes back.
        wrong = f"{made.folder}/profiles"
        shutil.copytree(f"{ROOT}/device-profiles", wrong)
        path = f"{wrong}/bluetooth-sig/glucose.yaml"
        with open(path) as file:
            text = file.read()
        broken = text.replace("each: 100000", "each: 200000")
        if broken == text:
            raise Trouble("the glucose profile reads mg/dL in another way now")
        with open(path, "w") as file:
            file.write(broken)
        made.profiles = wrong
        made.connect()
        records = [Record(index) for index in range(400)]
        made.publish(records).wait()
        until(30, "all is stored", lambda: (made.value("SELECT count(*) FROM readings") or 0) >= len(records))
        made.stop()
        made.profiles = f"{ROOT}/device-profiles"
        words = ["redecode", "--profile", "bluetooth-sig/glucose", "--apply", "--by", "fault-test", "--zone", "UTC", "--profiles", made.profiles, "--store", made.database]
        times = 0
        for _ in range(5):
            kill_command(program, words)
            times += 1
        made.run(*words)
        made.start()
        return finish(made, records, times)


def kill_while_erasing(program, shim):
    """Half of the readings go with their person: killed meanwhile, and the gateway too; then to its end, and all of hers come again."""
    with house(program, shim) as made:
        by = ["--by", "fault-test", "--store", made.database]
        for person, meters in (("p-3f9a7c", METERS[:2]), ("p-77b2e0", METERS[2:])):
            made.run("persons", "add", person, *by)
            for meter in meters:
                made.run("devices", "assign", meter, "--person", person, "--since", "always", *by)
        made.connect()
        records = [Record(index) for index in range(1000)]
        hers, others = ([record for record in records if (record.device in METERS[:2]) == isHers] for isHers in (True, False))
        made.publish(records).wait()
        until(60, "all is stored", lambda: made.has(len(records)))
        until(60, "the sink has all", lambda: len(made.archived()) >= len(records))
        words, times = ["persons", "erase", "p-3f9a7c", "--yes", *by], 0
        for _ in range(5):
            kill_command(program, words)
            times += 1
            if random.random() < 0.4:
                made.kill()
                times += 1
                made.start()
        last = made.run(*words, check=False)
        if last.returncode and "there is no person" not in last.stdout:
            raise Trouble(f"persons erase: {last.stdout[-300:]}")
        made.publish(hers).wait()
        until(60, "her records are known again", lambda: (made.value("SELECT count(*) FROM frames WHERE fate = 'erased'") or 0) >= len(hers))
        until(60, "the sink is told", lambda: sum(1 for entry in made.told().values() if entry.get("erased")) >= len(hers))
        times, damage = finish(made, others, times)
        made.run("persons", "sweep", "--store", made.database)
        remains(made, hers, damage)
        return times, damage


def remains(made, records, damage):
    """Looks for what was erased in the bytes of the database and of what lies beside it."""
    needles = [b"p-3f9a7c"] + [record.identity.encode() for record in records]
    for suffix in ("", "-wal", "-shm"):
        if os.path.exists(made.database + suffix):
            with open(made.database + suffix, "rb") as file:
                content = file.read()
            for needle in needles:
                if needle in content:
                    damage.note("misfiled", f"{needle.decode()} was erased, and stands in the database{suffix}")


def kill_while_restamping(program, shim):
    """Readings of before the clock was right, killed while all of them are dated anew."""
    with house(program, shim, clock_trust="{folder}/right") as made:
        made.connect()
        records = [Record(index) for index in range(400)]
        made.publish(records).wait()
        until(30, "all is stored", lambda: made.has(len(records)))
        open(f"{made.folder}/right", "w").close()
        times = 0
        for _ in range(5):
            moment(0.5)
            made.kill()
            times += 1
            made.start()
        until(30, "all is dated anew", lambda: made.value("SELECT count(*) FROM frames WHERE synced = 0 AND restamped IS NULL") == 0)
        return finish(made, records, times)


def strike_while_thinning(program, shim):
    """What is 100 days old loses its bytes and the file shrinks, while more comes in; killed, or the power goes."""
    with house(program, shim) as made:
        made.connect()
        # The latest 1000 packets of a source are never thinned.
        records = [Record(index) for index in range(2500)]
        made.publish(records).wait()
        until(120, "all is stored and sent", lambda: made.has(len(records)) and len(made.archived()) >= len(records))
        made.stop()
        with sqlite3.connect(made.database) as connection:
            # As long as a talkative bridge makes them, so that there is something to give back.
            connection.execute("UPDATE frames SET arrived = arrived - 100 * 86400000, body = CAST(body || printf('%700s', '') AS BLOB)")
        connection.close()

        def is_thin():
            old = made.value(f"SELECT count(*) FROM frames WHERE thinned IS NULL AND arrived < {(time.time() - 99 * 86400) * 1000:.0f}")
            return old is not None and old <= 1000

        times, size = 0, os.path.getsize(made.database)
        for turn in range(6):
            if is_thin():
                break
            cut = {} if turn % 3 == 2 else {"cut": random.randint(20, 400), "seed": random.randint(1, 1 << 30)}
            made.start(**cut)
            writer = made.publish(further(records, 20))
            try:
                made.gateway.wait(timeout=6 if cut else random.random() * 3)
                times += 1
            except subprocess.TimeoutExpired:
                times += not cut
            made.kill()
            writer.wait()
        made.start()
        until(60, "all that is old is thinned", is_thin)
        until(60, "the file is smaller", lambda: (made.value("PRAGMA page_count") or size) * 4096 < size - 500_000)
        return finish(made, records, times)


def clock_jumps(program, shim):
    """The wall clock is years off, says so, jumps while readings come in, and is right in the end: records keep their own time."""
    with house(program, shim, clock_trust="{folder}/right") as made:
        clock = f"{made.folder}/clock"

        def off_by(seconds):
            with open(clock, "r+b" if os.path.exists(clock) else "wb") as file:
                file.write(struct.pack("<q", seconds))

        off_by(-10 * 365 * 86400)
        made.connect(clock=clock)
        records, times = [], 0
        # Ten years back and ahead, an hour as in spring and autumn, a second that leaps, and then the right time.
        for seconds in (10 * 365 * 86400, -10 * 365 * 86400, 3600, -3600, 1, -1, 0):
            off_by(seconds)
            more = further(records, 40)
            made.publish(more).wait()
            until(20, "all is stored", lambda: (made.value("SELECT count(DISTINCT identity) FROM readings") or 0) >= len(records))
            times += 1
        open(f"{made.folder}/right", "w").close()
        time.sleep(1)
        return finish(made, records, times)


def two_gateways(program, shim):
    """Both hear every meter and both pass on; for whoever receives both it is one reading, by its id."""
    with house(program, shim) as one, House(program, shim, name="second", broker=one) as two:
        two.enroll()
        one.connect()
        two.connect()
        records, kills = [], 0
        for _ in range(3):
            more = further(records, 150)
            writer = one.publish(more)
            moment(0.3)
            victim = random.choice([one, two])
            victim.kill()
            kills += 1
            victim.start()
            writer.wait()
        lateness = [made.settle(len(records)) for made in (one, two)]
        damage = one.damage(records)
        damage.add(two.damage(records))
        ids = set(one.archived()) | set(two.archived())
        if len(ids) > len(records):
            damage.note("doubled", f"{len(ids)} ids for {len(records)} records")
        if any(lateness) and not damage.any:
            raise next(filter(None, lateness))
        return kills, damage


PAGE = 4096


def spoil(path, count):
    """Overwrites pages of a database: with nothing, with anything, or from some sector on, as a torn write leaves them."""
    with open(path, "r+b") as file:
        pages = os.path.getsize(path) // PAGE
        for _ in range(count):
            start = random.randrange(pages) * PAGE
            first, last = random.choice([(0, 8), (0, 8), (random.randrange(1, 8), 8), (random.randrange(8),) * 2])
            length = max(1, last - first) * 512
            file.seek(start + first * 512)
            file.write(bytes(length) if random.random() < 0.4 else random.randbytes(length))
        file.flush()
        os.fsync(file.fileno())


def corrupt_pages(how):
    """Pages go bad. What can be read is saved; what cannot is counted, and whoever has received something has received the right thing."""

    def once(program, shim):
        with house(program, shim) as made:
            made.connect()
            records = []
            made.publish(further(records, 300)).wait()
            until(60, "all is stored", lambda: made.has(300))
            if random.random() < 0.7:
                until(60, "all is at the sink", lambda: len(made.archived()) >= 300)
            # Into the pages: as long as all is in the log only, they are nobody's.
            made.checkpoint()
            if how == "running":
                spoil(made.database, random.choice([1, 2, 5, 20]))
                # It may find it at once, or with what comes next, or never look at that page.
                writer = made.publish(further(records, 50))
                writer.wait()
                time.sleep(2)
                made.kill() if random.random() < 0.5 else made.stop()
            else:
                made.kill() if how == "killed" else made.stop()
                made.checkpoint()
                spoil(made.database, random.choice([1, 2, 5, 20]))
            made.connect()
            made.publish(further(records, 50)).wait()
            last = records[-1]
            until(60, "what came last is stored", lambda: made.value(
                f"SELECT count(*) FROM readings WHERE device = '{last.device}' AND number = {last.number}"))
            made.calm()
            return 1, made.damage(records, counting=True)

    return once


def backlog(count):
    def once(program, shim):
        """A long time without the program, then all of it, while the broker goes and comes."""
        with house(program, shim) as made:
            made.connect()
            made.stop()
            records = [Record(index) for index in range(count)]
            made.publish(records).wait()
            made.start()
            times = 0
            for share in (0.2, 0.5, 0.8):
                until(600, "the backlog comes in", lambda: made.has(int(count * share)))
                made.stop_broker()
                times += 1
                time.sleep(0.5)
                made.start_broker()
            until(1200, "the backlog is in", lambda: made.has(count))
            return finish(made, records, times)

    return once


def all_faults(backlog_size):
    return [
        Fault("kill -9 while readings come in and go out", kill_at_any_moment),
        Fault("power cut, writes that were not synced torn", power_cut),
        Fault("power cut while a sink is served", power_cut_while_sending),
        *[
            Fault(f"{error} when the program calls {call}", failing_disk(error, call))
            for error, call in (("ENOSPC", "write"), ("EIO", "write"), ("EIO", "sync"), ("EROFS", "write"))
        ],
        *[
            Fault(f"pages that go bad while the program {what}", corrupt_pages(how))
            for what, how in (("is stopped", "stopped"), ("is not there, after kill -9", "killed"), ("runs", "running"))
        ],
        Fault("kill -9 and power cut while an old database is migrated", kill_while_migrating),
        Fault("kill -9 while stored frames are read again", kill_while_redecoding),
        Fault("kill -9 while a person is erased", kill_while_erasing),
        Fault("kill -9 while readings are dated anew", kill_while_restamping),
        Fault("kill -9 and power cut while old frames are thinned and the file shrinks", strike_while_thinning),
        Fault("wall clock off by ten years, an hour, a second", clock_jumps),
        Fault("two gateways on one stream, killed by turns", two_gateways),
        Fault(f"a backlog of {backlog_size}, the broker gone three times", backlog(backlog_size)),
    ]
