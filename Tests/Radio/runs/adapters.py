"""Two adapters: a cuff without a bond is read by the one that is there, a bonded one by the adapter that has its bond and by no other."""
import asyncio

from devices import cuffs
from lab import checks, house
from lab.checks import check
from lab.ward import Ward

SECOND = 'F0:00:00:00:00:02'


async def steps():
    cuff, bonded = cuffs.Cuff(), cuffs.BondedCuff()
    ward = Ward([cuff, bonded])
    await ward.open()
    await ward.air.plug(SECOND)
    await asyncio.sleep(70)
    await use(ward)
    check('with both adapters both are read', not cuff.pending and not bonded.pending)
    await ward.air.unplug()
    await asyncio.sleep(130)
    check('that the bond lies with an adapter that is not there is said', 'which is not there' in said())
    await use(ward)
    check('the cuff without a bond is read by the other adapter', not cuff.pending)
    check('the bonded one is not paired anew', bonded.pending and 'bond-adapter-away' in said())
    await ward.air.plug()
    await asyncio.sleep(70)
    check('that its adapter is back is said', 'is there again' in said())
    await bonded.wake()
    await asyncio.sleep(30)
    check('then it tells what it kept', not bonded.pending)
    await ward.close()


async def use(ward):
    for device in ward.devices:
        await device.take_measurement()
        await asyncio.sleep(90)


def said():
    return (house.OUT / 'vitalgate.log').read_text()


checks.run(steps)
