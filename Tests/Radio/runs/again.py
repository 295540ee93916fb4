"""For looking around: a cuff that nobody is bonded with measures again and again."""
import asyncio
import subprocess

from devices import cuffs
from lab import checks, house
from lab.air import Air
from lab.gateway import Comparison, Gateway, broker, table
from lab.checks import check


async def steps():
    house.start_bus()
    house.bluetoothd().start()
    house.recorder().start()
    air = Air()
    await air.plug()
    device = cuffs.BondedCuff()
    await device.power_on(air)
    device.log = lambda *words: print(f'      {asyncio.get_running_loop().time():9.2f}', *words)
    broker().start()
    gateway = Gateway()
    gateway.enroll(device)
    monitor = subprocess.Popen(['dbus-monitor', '--system', "sender='org.bluez'", "destination='org.bluez'"], stdout=open(house.OUT / 'bus.log', 'w'))
    await asyncio.sleep(1)
    gateway.start()
    await gateway.ready()
    for _ in range(4):
        await device.take_measurement()
        await asyncio.sleep(120)
    monitor.terminate()
    comparison = Comparison(device, gateway.readings())
    table([comparison])
    check('all are stored', comparison.is_good)


checks.run(steps)
