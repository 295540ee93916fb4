"""For looking around: a few devices on the air, and what the program says of them. Nothing is checked but that it listens."""
import asyncio
import subprocess

from devices import cuffs, scales
from lab import checks, house
from lab.air import Air
from lab.checks import check
from lab.gateway import PROGRAM


async def steps():
    house.start_bus()
    house.bluetoothd().start()
    air = Air()
    await air.plug()
    devices = [cuffs.Cuff(), cuffs.BondedCuff(), scales.MiScale()]
    for device in devices:
        await device.power_on(air)
        await device.take_measurement()
    await asyncio.sleep(1)
    monitor = subprocess.Popen(['dbus-monitor', '--system'], stdout=open(house.OUT / 'bus.log', 'w'))
    scan = await asyncio.create_subprocess_exec(PROGRAM, 'devices', 'scan', '--seconds', '10', stdout=asyncio.subprocess.PIPE)
    said = (await scan.stdout.read()).decode()
    print(said)
    monitor.terminate()
    check('the scan lists them all', all(device.address in said for device in devices))


checks.run(steps)
