"""The gateway under test, the broker beside it, and what it stored, compared with what the devices measured."""
import asyncio
import datetime
import json
import os
import shutil
import subprocess

from lab.house import OUT, Service, until

PROGRAM = os.environ.get('VITALGATE', '')
GROUP = 60000
SOCKET = '/run/vitalgate/adverts'


def broker():
    path = OUT / 'mosquitto.conf'
    path.write_text('listener 1883 127.0.0.1\nallow_anonymous true\npersistence false\nuser root\n')
    program = next(p for p in ('/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto') if os.path.exists(p))
    return Service('mosquitto', 'env', f'LD_PRELOAD={os.environ["PATIENT"]}', program, '-c', str(path))


def listener(adapter):
    """`vitalgate-hci`, with what its unit gives it and no more: nobody's user, the group that opens the folder, two capabilities."""
    os.makedirs(os.path.dirname(SOCKET), exist_ok=True)
    shutil.chown(os.path.dirname(SOCKET), 0, GROUP)
    os.chmod(os.path.dirname(SOCKET), 0o2750)  # the gateway of the lab is root's, and its socket the group's all the same
    may = '+net_raw,+net_admin'
    return Service('listener', 'setpriv', '--reuid', '65534', '--regid', '65534', '--groups', str(GROUP), '--inh-caps', may,
                   '--ambient-caps', may, '--bounding-set', '-all,' + may, '--no-new-privs', PROGRAM + '-hci', '--adapter', adapter,
                   '--socket', SOCKET)


class Platform:
    """Who hears at the broker what the gateway forwards."""

    def __init__(self):
        self.service = Service('platform', 'mosquitto_sub', '-p', '1883', '-q', '1', '-t', 'vitalgate/+/readings/#', '-F', '%p')

    def heard(self):
        return [json.loads(line) for line in (OUT / 'platform.log').read_text().splitlines()]


class Gateway:
    def __init__(self, home=OUT / 'gateway', links=4, bluetooth=True, adapters=None, listener=False, level='debug'):
        self.home = home
        os.makedirs(home, exist_ok=True)
        self.store = home / 'vitalgate.db'
        self.configuration = home / 'vitalgate.yaml'
        self.configuration.write_text(
            f'store: {{ path: {self.store} }}\n'
            'place: { zone: UTC }\n'
            + (f'bluetooth: {{ links: {links}, adapters: {json.dumps(adapters) if adapters else "all"} }}\n' if bluetooth else '') +
            'sources:\n  - name: ward\n    mqtt: { host: 127.0.0.1, port: 1883, topics: ["vitalgate/raw/#"] }\n'
            + (f'  - name: porch\n    listener: {{ socket: {SOCKET} }}\n' if listener else '') +
            'sinks:\n  - name: platform\n    mqtt: { host: 127.0.0.1, port: 1883 }\n'
            f'  - name: archive\n    file: {{ path: {home}/readings.jsonl }}\n'
            f'log: {{ level: {level} }}\n')
        self.service = Service('vitalgate', PROGRAM, 'run', '--config', str(self.configuration))

    def start(self):
        log = self.service.log
        self.before = log.stat().st_size if log.exists() else 0
        self.service.start()

    async def ready(self, patience=60):
        # The first line of its log that says so; the store is proven and every topic subscribed.
        await until(lambda: b'listens to' in self.service.log.read_bytes()[self.before:], patience)

    def ask(self, *words, stdin=None):
        done = subprocess.run([PROGRAM, *words, '--store', str(self.store)], input=stdin, capture_output=True, text=True, timeout=600)
        if done.returncode:
            raise RuntimeError(f'vitalgate {" ".join(words)}: status {done.returncode}: {done.stderr.strip() or done.stdout.strip()}')
        return done.stdout

    def listing(self, *words):
        return [json.loads(line) for line in self.ask(*words, '--json').splitlines()]

    def enroll(self, device, profile=None):
        words = ['--profile', profile] if profile else []
        if device.key:
            file = self.home / f'{device.label}.key'
            file.touch(mode=0o600)
            file.write_text(device.key.hex() + '\n')
            words += ['--key-file', str(file)]
        self.ask('devices', 'enroll', device.address, '--name', device.label, '--by', 'the lab', *words)

    def archived(self):
        """What went out to a file, line by line."""
        file = self.home / 'readings.jsonl'
        return [json.loads(line) for line in file.read_text().splitlines()] if file.exists() else []

    async def pair(self, device, patience=60):
        """As a person does it: switch the device to pairing, start the command, type what the device shows."""
        device.passkey = None
        await device.wake(patience)
        pairing = await asyncio.create_subprocess_exec(
            PROGRAM, 'devices', 'pair', device.heard_as, '--seconds', str(patience), stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT)
        said = b''

        async def listen():
            nonlocal said
            while chunk := await pairing.stdout.read(1000):
                said += chunk
        listening = asyncio.create_task(listen())
        typed = False
        end = asyncio.get_running_loop().time() + patience + 30
        while pairing.returncode is None and asyncio.get_running_loop().time() < end:
            if device.passkey and not typed:
                typed = True
                pairing.stdin.write(f'{device.passkey}\n'.encode())
            await asyncio.sleep(0.1)
        await listening
        if pairing.returncode != 0:
            raise RuntimeError(f'{device.label} is not paired: {said.decode().strip()}')

    def readings(self, *words):
        return self.listing('readings', '--limit', '1000000', *words)

    def memory(self):
        """Resident, in KiB."""
        with open(f'/proc/{self.service.process.pid}/status') as status:
            return next(int(line.split()[1]) for line in status if line.startswith('VmRSS'))


def moment(text):
    return datetime.datetime.fromisoformat(text.replace('Z', '+00:00')).replace(tzinfo=None)


def values_of(reading):
    return {name: f"{value['value']} {value['unit']}" for name, value in reading['values'].items()}


WORDS = {'kind', 'at', 'user', 'number', 'marks', 'truly'}


def fits(wanted, reading, taken, patience):
    """Whether a stored reading is what the device measured: kind, every value as it was told, and the time."""
    if reading['kind'] != wanted['kind']:
        return False
    if values_of(reading) != {name: text for name, text in wanted.items() if name not in WORDS}:
        return False
    for word in ('user', 'number', 'marks'):
        if word in wanted and reading.get(word) != wanted[word]:
            return False
    # A device whose clock is off: when it was measured by a clock that is right, within the seconds that clocks are read in.
    if 'truly' in wanted and not (reading.get('timeQuality') == 'corrected'
                                  and abs((moment(reading['measuredAt']) - wanted['truly']).total_seconds()) <= 3):
        return False
    if wanted.get('at') is not None:
        return reading.get('deviceTime') == wanted['at'].isoformat()
    since = (moment(reading['receivedAt']) - taken).total_seconds()
    return -1 <= since <= patience


class Comparison:
    """What a device measured beside what is stored of it."""

    def __init__(self, device, readings):
        self.device = device
        stored = [reading for reading in readings if reading['device'] == device.address]
        wanted = [(reads, measurement) for measurement in device.taken for reads in measurement.reads]
        self.wanted, self.stored = len(wanted), len(stored)
        self.missing, self.doubled = [], []
        left = list(stored)
        for reads, measurement in wanted:
            found = [reading for reading in left if fits(reads, reading, measurement.taken, device.awake + 60)]
            if not found:
                self.missing.append(reads)
            for reading in found:
                left.remove(reading)
            self.doubled += found[1:]
        self.different = [reading for reading in left if reading['kind'] not in device.beside]

    @property
    def is_good(self):
        return not (self.missing or self.doubled or self.different)

    @property
    def result(self):
        if self.is_good:
            return f'{self.wanted} right'
        return ', '.join(f'{len(which)} {word}' for which, word in
                         ((self.missing, 'missing'), (self.doubled, 'doubled'), (self.different, 'different')) if which)


def table(comparisons):
    print(f'      {"device":24} {"measured":>8} {"stored":>7}  {"advert→data":>12}  result')
    for comparison in comparisons:
        device = comparison.device
        waits = sorted(device.waits)
        wait = f'{1000 * waits[len(waits) // 2]:.0f} ms' if waits else '–'
        print(f'      {device.label:24} {comparison.wanted:8} {comparison.stored:7}  {wait:>12}  {comparison.result}')
        for word, which in (('missing', comparison.missing), ('doubled', comparison.doubled), ('different', comparison.different)):
            for one in which[:2]:
                print(f'      {"":24} {word}: {json.dumps(one, default=str)[:300]}', flush=True)
