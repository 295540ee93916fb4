"""Every device of the ward once: paired where it wants that, enrolled, measures twice; then what is stored is what was measured,
each once, with the right values and times."""
import asyncio

from devices import cuffs, glucose, others, scales
from lab import checks
from lab.ward import Ward

KINDS = [
    cuffs.Cuff, cuffs.BondedCuff, cuffs.HastyCuff, cuffs.UpdatedCuff, cuffs.PrivateCuff, cuffs.MemoryCuff,
    cuffs.FastClockCuff,
    glucose.GlucoseMeter, glucose.BreakingMeter, glucose.AskedMeter,
    scales.MiScale, scales.SecretScale, scales.Scale, scales.BodyAnalyser,
    others.Thermometer, others.Oximeter, others.FastOximeter, others.Strap,
]


async def steps():
    ward = Ward([kind() for kind in KINDS])
    await ward.open(records=True, forwards=True)
    for _ in range(2):
        for device in ward.devices:
            await device.take_measurement()
            await asyncio.sleep(7)
        await asyncio.sleep(200)
    await ward.close(replays=True, forwards=True)


checks.run(steps)
