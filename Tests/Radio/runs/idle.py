"""What waiting costs: some minutes of nothing, with more and more of the house running, and who woke up how often meanwhile. The wall
time is this machine's, by the files in /out; nothing is checked but that it ends."""
import asyncio
import pathlib

from lab import checks, house
from lab.air import Air
from lab.checks import check, note
from lab.gateway import Gateway, broker


def wall():
    (house.OUT / 'now').write_text('now')
    return (house.OUT / 'now').stat().st_mtime


def wakeups():
    """How often each thread of each program went to sleep so far, by program and thread."""
    counts = {}
    for status in pathlib.Path('/proc').glob('[0-9]*/task/*/status'):
        try:
            words = dict(line.split(':', 1) for line in status.read_text().splitlines() if ':' in line)
            program = (status.parent.parent.parent / 'comm').read_text().strip()
        except OSError:
            continue
        counts[program, status.parent.name] = int(words['voluntary_ctxt_switches'])
    return counts


async def hour(what, seconds=600):
    await asyncio.sleep(30)
    before, was = wall(), wakeups()
    await asyncio.sleep(seconds)
    after, counts = wall(), wakeups()
    note(f'{what}: {(after - before) * 3600 / seconds:.1f} s of wall time an hour')
    slept = {key: (counts[key] - was.get(key, 0)) * 60 / seconds for key in counts}
    busy = sorted((key for key in slept if slept[key] >= 0.5), key=lambda key: -slept[key])
    note('wakes a minute:', ', '.join(f'{key[0]} {key[1]}: {slept[key]:.0f}' for key in busy))


async def steps():
    await hour('nothing')
    house.start_bus()
    house.bluetoothd().start()
    air = Air()
    await air.plug()
    await hour('bluetoothd')
    broker().start()
    await hour('bluetoothd, mosquitto')
    gateway = Gateway(bluetooth=False)
    await asyncio.sleep(1)
    gateway.start()
    await gateway.ready()
    await hour('bluetoothd, mosquitto, the gateway without Bluetooth')
    await gateway.service.stop()
    gateway = Gateway()
    gateway.start()
    await asyncio.sleep(5)
    await hour('bluetoothd, mosquitto, the gateway with Bluetooth')
    check('the time went by', True)


checks.run(steps)
