"""`vitalgate-hci`: broadcasts without bluetoothd, by a program with two capabilities; and beside it, what two radios of one gateway
hear of one weighing is one reading."""
import asyncio
import json
from collections import Counter

from devices import scales
from lab import checks, house
from lab.air import Air
from lab.checks import check, note
from lab.gateway import Comparison, Gateway, broker, listener, table

SECOND = 'F0:00:00:00:00:02'


async def steps():
    house.start_bus()
    devices = [scales.MiScale(), scales.PlainScale(), scales.SecretScale()]
    air = Air()
    await air.plug()
    for device in devices:
        await device.power_on(air)
    broker().start()
    gateway = Gateway(bluetooth=False, listener=True)
    ears = listener(air.address)
    ears.start()
    await asyncio.sleep(3)
    check('without a gateway the listener goes on', ears.runs)
    gateway.start()
    await gateway.ready()
    for device in devices:
        gateway.enroll(device)
    await house.until(lambda: said(gateway, f'adapter {air.address} listens'), 20)
    check('the listener is there, and no bluetoothd', True)
    await weigh(devices)
    check('each weighing is stored', len(gateway.readings()) == 3, len(gateway.readings()))

    await gateway.service.stop()
    devices[0].lost = 1
    await devices[0].take_measurement()
    await asyncio.sleep(40)
    check('while the gateway is away the listener goes on', ears.runs)
    gateway.start()
    await gateway.ready()
    await asyncio.sleep(20)
    check('what was heard meanwhile and is lost is told', said(gateway, 'did not come'))
    await asyncio.sleep(61)  # what is nobody's is written once a minute
    lost = lost_of(gateway)
    check('and counted', lost >= 25, f'{lost} adverts')

    await air.unplug()
    await house.until(lambda: said(gateway, 'no-adapter'), 20)
    check('that the adapter is gone is told', True)
    await asyncio.sleep(20)
    await air.plug()
    await asyncio.sleep(10)
    await weigh(devices)
    check('put back, it hears again', len(gateway.readings()) == 6, len(gateway.readings()))

    # Somebody else ends the scan, as `hcitool` and bluetoothd do it.
    await (await asyncio.create_subprocess_exec('hcitool', '-i', 'hci0', 'cmd', '0x08', '0x000C', '00', '00', stdout=asyncio.subprocess.DEVNULL)).wait()
    await asyncio.sleep(10)
    await weigh(devices)
    check('ended by another program, it listens again', len(gateway.readings()) == 9, len(gateway.readings()))

    await gateway.service.stop()
    await air.plug(SECOND)
    house.bluetoothd().start()
    gateway = Gateway(bluetooth=True, adapters=[SECOND], listener=True)
    gateway.start()
    await gateway.ready()
    await asyncio.sleep(15)
    before = sources_of(gateway)
    for _ in range(3):
        await weigh(devices)
    heard = {name: count - before.get(name, 0) for name, count in sources_of(gateway).items()}
    check('both radios heard the weighings', min(heard.get('porch', 0), heard.get('bluetooth', 0)) > 30, heard)
    # What nobody could keep is not looked for.
    del devices[0].taken[1]
    comparisons = [Comparison(device, gateway.readings()) for device in devices]
    table(comparisons)
    for comparison in comparisons:
        check(f'{comparison.device.label}: each weighing is one reading', comparison.is_good, comparison.result)
    by = Counter(reading.get('source') for reading in gateway.readings())
    note('readings by source', dict(by))
    with open(f'/proc/{ears.process.pid}/status') as status:
        note('the listener has', next(line.split(None, 1)[1].strip() for line in status if line.startswith('VmRSS')))
    check('the ledger adds up', bool(gateway.ask('ledger', 'verify')))
    check('the gateway ends when it is told to', await gateway.service.stop() == 0)
    check('the listener too', await ears.stop() == 0)


async def weigh(devices):
    for device in devices:
        await device.take_measurement()
        await asyncio.sleep(50)


def said(gateway, words):
    return words.encode() in gateway.service.log.read_bytes()[gateway.before:]


def ledger(gateway):
    return json.loads(gateway.ask('ledger', 'verify', '--json'))


def sources_of(gateway):
    return {source['source']: source['received'] for source in ledger(gateway)['sources']}


def lost_of(gateway):
    return ledger(gateway)['counted'].get('lost-on-the-way', 0)


checks.run(steps)
