"""A day of a ward in virtual time: twenty devices, each used in the morning and in the evening; at noon bluetoothd is started anew,
and while the evening's measurements are taken the adapter is out for half a minute."""
import asyncio
import random

from devices import cuffs, glucose, others, scales
from lab import checks
from lab.checks import check, note
from lab.ward import Ward

KINDS = [cuffs.Cuff, cuffs.HastyCuff, cuffs.MemoryCuff, glucose.AskedMeter, scales.MiScale, scales.Scale, scales.BodyAnalyser,
         others.Thermometer, cuffs.BondedCuff, cuffs.Cuff]
HOUR = 3600


async def steps(days=1):
    devices = [kind.copy(number) for number, kind in enumerate(KINDS * 2)]
    ward = Ward(devices)
    await ward.open()
    chance = random.Random(1)
    sizes = []
    for day in range(days):
        await use(ward, chance)
        await asyncio.sleep(4 * HOUR)
        await ward.restart_bluetoothd()
        await asyncio.sleep(6 * HOUR)
        plugging = asyncio.create_task(ward.replug())
        await use(ward, chance)
        await plugging
        await asyncio.sleep(12 * HOUR)
        sizes.append(ward.gateway.memory())
        note(f'day {day + 1} is over; the gateway has {sizes[-1]} KiB')
    if days > 1:
        check('the gateway did not grow by a tenth after the first day', sizes[-1] < sizes[0] * 1.1, f'{sizes[0]} → {sizes[-1]} KiB')
    # What the devices kept while nobody listened, they tell when they are used again.
    for device in devices:
        if device.pending and device.keeps:
            await device.wake()
            await asyncio.sleep(30)
    await asyncio.sleep(HOUR / 4)
    await ward.close()


async def use(ward, chance):
    """Within the hour, one behind the other or two at once, as it comes."""
    moments = sorted((chance.random() * HOUR, number) for number in range(len(ward.devices)))
    before = 0
    for moment, number in moments:
        await asyncio.sleep(moment - before)
        before = moment
        await ward.devices[number].take_measurement()
    await asyncio.sleep(HOUR - before)


if __name__ == '__main__':
    checks.run(steps)
