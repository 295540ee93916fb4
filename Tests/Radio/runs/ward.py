"""Every device of the ward once: enrolled, paired where it wants that, measures three times; then what is stored is what was
measured, each once, with the right values and times."""
import asyncio
import json
import sys

from devices import cuffs, glucose, others, scales
from lab import checks, house
from lab.air import Air
from lab.checks import check, note
from lab.gateway import Comparison, Gateway, broker, table

WARD = [
    cuffs.Cuff, cuffs.BondedCuff, cuffs.HastyCuff, cuffs.UpdatedCuff, cuffs.PrivateCuff, cuffs.ForgetfulCuff, cuffs.MemoryCuff,
    glucose.GlucoseMeter, glucose.BreakingMeter, glucose.AskedMeter,
    scales.MiScale, scales.Scale, scales.BodyAnalyser,
    others.Thermometer, others.Oximeter, others.FastOximeter, others.Strap,
]


async def steps():
    house.start_bus()
    bluetoothd = house.bluetoothd()
    bluetoothd.start()
    house.recorder().start()
    if 'bus' in sys.argv:
        house.bus_monitor().start()
    air = Air()
    await air.plug()
    ward = [kind() for kind in WARD]
    for device in ward:
        await device.power_on(air)
        device.log = lambda *words, name=type(device).__name__: log(name, *words)
    service = broker()
    service.start()
    gateway = Gateway()
    await asyncio.sleep(1)
    gateway.start()
    await gateway.ready()
    note('the gateway is ready')
    for device in ward:
        if device.pairing:
            await gateway.pair(device)
            await device.sleep()
    for device in ward:
        gateway.enroll(device)
    await asyncio.sleep(5)
    note(f'{sum(1 for device in ward if device.pairing)} devices paired, {len(ward)} enrolled')
    for turn in range(2):
        for device in ward:
            await device.take_measurement()
            await asyncio.sleep(7)
        await asyncio.sleep(240)
        note(f'turn {turn + 1} is over; {gateway.memory()} KiB')
    readings = gateway.readings()
    comparisons = [Comparison(device, readings) for device in ward]
    table(comparisons)
    for comparison in comparisons:
        check(f'{type(comparison.device).__name__}: all that it measured is stored, once and right', comparison.is_good, comparison.result)
    check('the ledger adds up', 'error' not in gateway.ask('ledger', 'verify').lower())
    (house.OUT / 'readings.jsonl').write_text(''.join(json.dumps(reading) + '\n' for reading in readings))


def log(*words):
    import datetime
    with open(house.OUT / 'devices.log', 'a') as file:
        print(datetime.datetime.now().isoformat(timespec='milliseconds'), *words, file=file)


checks.run(steps)
