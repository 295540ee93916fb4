"""Ten minutes beside 500 telephones whose addresses change: the gateway does not grow, and hears a cuff all the same."""
import asyncio

from devices import cuffs
from lab import checks
from lab.broadcaster import Passers
from lab.checks import check, note
from lab.ward import Ward


async def steps():
    ward = Ward([cuffs.Cuff()])
    await ward.open()
    passers = Passers(500, every=10.0)
    passing = asyncio.create_task(passers.pass_by(ward.air, 600))
    sizes = []
    for minute in range(10):
        await asyncio.sleep(60)
        sizes.append(ward.gateway.memory())
        if minute % 3 == 1:
            await ward.devices[0].take_measurement()
    await passing
    note(f'{passers.seen} strangers passed; the gateway had {sizes} KiB')
    check('the gateway did not grow by a tenth after the second minute', sizes[-1] < sizes[1] * 1.1, f'{sizes[1]} → {sizes[-1]} KiB')
    await asyncio.sleep(60)
    await ward.close()


checks.run(steps)
