"""Cuffs that are awake for three seconds, thirty times each: how many wakes are caught."""
import asyncio
import random

from devices import cuffs
from lab import checks
from lab.checks import check
from lab.ward import Ward


async def steps():
    ward = Ward([cuffs.HastyCuff.copy(number) for number in range(4)])
    await ward.open()
    chance = random.Random(1)
    caught = woken = 0
    for _ in range(30):
        for device in ward.devices:
            await device.take_measurement()
            await asyncio.sleep(4 + chance.random() * 30)
            woken += 1
            caught += not device.pending
    check('at least 99 of 100 wakes of three seconds are caught', caught >= 0.99 * woken, f'{caught} of {woken}')
    await asyncio.sleep(60)
    await ward.close()


checks.run(steps)
