"""A ward: the air, bluetoothd, a broker and the gateway, and devices that are paired and enrolled as a person does it."""
import asyncio
import datetime
import json
import subprocess
import sys
from collections import Counter

from lab import house
from lab.air import Air
from lab.checks import check, note
from lab.gateway import PROGRAM, Comparison, Gateway, Platform, broker, table, values_of


class Ward:
    def __init__(self, devices, **settings):
        self.devices, self.settings = devices, settings
        self.air = Air()

    async def open(self, records=False, forwards=False):
        house.start_bus()
        self.bluetoothd = house.bluetoothd()
        self.bluetoothd.start()
        if records:
            self.recorder = house.recorder()
            self.recorder.start()
        if 'bus' in sys.argv:
            house.bus_monitor().start()
        await self.air.plug()
        for device in self.devices:
            await device.power_on(self.air)
            device.log = lambda *words, device=device: self.log(device.label, *words)
        self.broker = broker()
        self.broker.start()
        if forwards:
            self.platform = Platform()
        self.gateway = Gateway(**self.settings)
        await asyncio.sleep(1)
        if forwards:
            self.platform.service.start()
            await asyncio.sleep(1)
        self.gateway.start()
        await self.gateway.ready()
        for device in self.devices:
            if device.pairing:
                await self.gateway.pair(device)
                await device.sleep()
        for device in self.devices:
            self.gateway.enroll(device)
        await asyncio.sleep(5)
        note(f'{sum(1 for device in self.devices if device.pairing)} devices paired, {len(self.devices)} enrolled; '
             f'the gateway has {self.gateway.memory()} KiB')

    async def restart_bluetoothd(self, pause=2):
        await self.bluetoothd.stop()
        await asyncio.sleep(pause)
        self.bluetoothd.start()

    async def replug(self, pause=30):
        await self.air.unplug()
        await asyncio.sleep(pause)
        await self.air.plug()

    async def close(self, replays=False, forwards=False):
        """Compares all, and ends the gateway as systemd does."""
        if replays:
            await self.recorder.stop()
        readings = self.gateway.readings()
        (house.OUT / 'readings.jsonl').write_text(''.join(json.dumps(reading) + '\n' for reading in readings))
        self.comparisons = [Comparison(device, readings) for device in self.devices]
        table(self.comparisons)
        for comparison in self.comparisons:
            check(f'{comparison.device.label}: all that it measured is stored, once and right', comparison.is_good, comparison.result)
        if replays:
            self.replay(readings)
        stored = Counter(reading['id'] for reading in readings)
        for name, told in [('the archive', self.gateway.archived())] + ([('the broker', self.platform.heard())] if forwards else []):
            heard = Counter(reading['id'] for reading in told)
            check(f'all that is stored was forwarded to {name}, once', heard == stored,
                  f'{sum((stored - heard).values())} missing, {sum((heard - stored).values())} too many, of {len(readings)}')
        check('the ledger adds up', bool(self.gateway.ask('ledger', 'verify')))
        note(f'{sum(comparison.wanted for comparison in self.comparisons)} readings wanted, {len(readings)} stored, '
             f'the gateway has {self.gateway.memory()} KiB')
        check('the gateway ends when it is told to', await self.gateway.service.stop() == 0)

    def replay(self, readings):
        """The recording, read by `vitalgate replay`, says what the gateway heard. A device with a private address is under each of
        them in a recording: whose they are, only its key tells."""
        keys = [word for device in self.devices if device.key for word in ('--key', f'{device.address}={device.key.hex()}')]
        recording = subprocess.run(
            [PROGRAM, 'replay', '--zone', 'UTC', *keys, house.OUT / 'air.btsnoop'], capture_output=True, text=True)
        lines = [json.loads(line) for line in recording.stdout.splitlines()]
        heard = [(line['address'], reading) for line in lines if 'address' in line for reading in line.get('readings', [])]
        private = {device.address for device in self.devices if device.private}
        kept = [(reading['device'], reading) for reading in readings if reading['device'] not in private]
        # Of a continuous signal the gateway keeps a summary of each minute, and the replay tells every sample.
        streams = Counter()
        for device, reading in kept:
            streams[device, reading['kind']] += samples_of(reading)
        streams = +streams
        samples = Counter((device, reading['kind']) for device, reading in heard if is_sample(device, reading, streams))
        check('a recording replayed has the samples that were summarised live', samples == streams, f'{sum(streams.values())} samples')
        replayed = Counter(said(device, reading) for device, reading in heard if not is_sample(device, reading, streams))
        live = Counter(said(device, reading) for device, reading in kept if not samples_of(reading) and 'settled' not in reading.get('marks', []))
        check('a recording replayed gives the same readings as live', recording.returncode == 0 and replayed == live,
              f'{sum((live - replayed).values())} live only, {sum((replayed - live).values())} replayed only, of {sum(live.values())}')

    @staticmethod
    def log(*words):
        with open(house.OUT / 'devices.log', 'a') as file:
            print(datetime.datetime.now().isoformat(timespec='milliseconds'), *words, file=file)


def samples_of(reading):
    """How many samples a summary is made of; 0 for what is none."""
    return max((value.get('count', 0) for value in reading['values'].values()), default=0)


def is_sample(device, reading, streams):
    return (device, reading['kind']) in streams and reading['timeQuality'] == 'arrival'


def said(device, reading):
    """What two tellings of one reading have in common. A recording does not know how far its device's clock was off."""
    at = reading.get('deviceTime') or (reading['measuredAt'][:19] if reading['timeQuality'] == 'device' else None)
    return (device, reading['kind'], tuple(sorted(values_of(reading).items())), reading.get('user'), reading.get('number'),
            tuple(reading.get('marks', [])), at)
