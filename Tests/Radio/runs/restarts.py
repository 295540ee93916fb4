"""Twenty times bluetoothd goes and comes back, while devices are used: five before it goes, five while it is gone."""
import asyncio

from devices import cuffs
from lab import checks
from lab.ward import Ward


async def steps():
    ward = Ward([cuffs.Cuff.copy(number) for number in range(10)])
    await ward.open()
    for _ in range(20):
        for device in ward.devices[:5]:
            await device.take_measurement()
        await asyncio.sleep(0.7)
        restart = asyncio.create_task(ward.restart_bluetoothd(pause=5))
        await asyncio.sleep(3)
        for device in ward.devices[5:]:
            await device.take_measurement()
        await restart
        await asyncio.sleep(150)
    await ward.close()


checks.run(steps)
