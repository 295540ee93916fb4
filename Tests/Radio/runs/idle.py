"""What waiting costs: an hour of nothing, with more and more of the house running. The wall time is this machine's, by the files in
/out; nothing is checked but that it ends."""
import asyncio

from lab import checks, house
from lab.air import Air
from lab.checks import check, note
from lab.gateway import Gateway, broker


def wall():
    (house.OUT / 'now').write_text('now')
    return (house.OUT / 'now').stat().st_mtime


async def hour(what, seconds=600):
    before = wall()
    await asyncio.sleep(seconds)
    note(f'{what}: {(wall() - before) * 3600 / seconds:.1f} s of wall time an hour')


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
