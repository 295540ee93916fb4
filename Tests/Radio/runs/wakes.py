"""Cuffs that are awake for three seconds, thirty times each: how many wakes are caught."""
import asyncio
import random
import statistics

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
    await asyncio.sleep(120)
    told = {device['device']: device.get('wakes', {}) for device in ward.gateway.listing('devices', 'list')}
    check('the gateway counts the same', (sum(wakes['caught'] for wakes in told.values()), sum(wakes['missed'] for wakes in told.values()))
          == (caught, woken - caught), told)
    for device in ward.devices:
        median, said = 1000 * statistics.median(device.waits), told[device.address]['median']
        check(f'{device.label}: it says how long it took until the first value', abs(median - said) <= 50, f'{median:.0f} ms, said {said}')
    await ward.close()


checks.run(steps)
