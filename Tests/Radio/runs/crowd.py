"""Fifty devices that wake within ten seconds, twice."""
import asyncio

from devices import cuffs
from lab import checks
from lab.ward import Ward


async def steps():
    ward = Ward([cuffs.Cuff.copy(number) for number in range(50)])
    await ward.open()
    for _ in range(2):
        for device in ward.devices:
            await device.take_measurement()
            await asyncio.sleep(0.2)
        await asyncio.sleep(300)
    await ward.close()


checks.run(steps)
