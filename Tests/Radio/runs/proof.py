"""The lab by itself: every part of the air once, seen by a small client of its own."""
import asyncio

from devices.cuffs import Cuff
from devices.glucose import GlucoseMeter
from devices.scales import MiScale
from lab import checks, house
from lab.air import Air
from lab.central import DEVICE, Central
from lab.checks import check
from lab.words import full_uuid


async def steps():
    house.start_bus()
    house.bluetoothd().start()
    recorder = house.recorder()
    recorder.start()
    air, cuff, meter, scale = Air(), Cuff(), GlucoseMeter(), MiScale()
    await air.plug()
    for device in (cuff, meter, scale):
        await device.power_on(air)
    central = Central()
    await central.open(shown=lambda: meter.passkey)
    await central.ready()
    check('bluetoothd has the adapter', central.adapter == '/org/bluez/hci0', central.adapter)
    await central.discover()

    await scale.take_measurement()
    path = await central.device(scale.address)

    async def weight():
        data = bytes((await central.get(path, DEVICE, 'ServiceData'))[full_uuid('181D')].value)
        return data[0] == 0x22 and data
    data = await house.until(weight, 20)
    check('a scale is heard by its service data, until it stands still', data == scale.taken[0].frames[1]['service_data']['181D'], data.hex())

    await cuff.take_measurement()
    path = await central.device(cuff.address)
    await central.connect(path)
    await central.subscribe(path, '2A35')
    value = await central.next_value(path, '2A35')
    check('a cuff indicates what it measured', value == cuff.taken[0].frames[0][1], value.hex())
    await house.until(lambda: not cuff.connection, 10)
    check('it is content once the indication was confirmed, and hangs up', not cuff.pending and not cuff.on_air)

    for _ in range(5):
        await meter.take_measurement()
    path = await central.device(meter.address)
    await central.connect(path)
    await central.call(path, DEVICE, 'Pair', patience=40)
    check('a meter is paired by the passkey it shows', await central.get(path, DEVICE, 'Bonded'), meter.passkey)
    for uuid in ('2A18', '2A34', '2A52'):
        await central.subscribe(path, uuid)
    while not central.heard.empty():
        central.heard.get_nowait()
    await central.write(path, '2A52', b'\x01\x01')
    heard, answer = [], await central.characteristic(path, '2A52')
    while not heard or heard[-1][0] != answer:
        heard.append(await asyncio.wait_for(central.heard.get(), 10))
    sent = [frame for measurement in meter.taken for _, frame in measurement.frames]
    check('its records come whole and in order, then its answer', [value for _, value in heard] == sent + [b'\x06\x00\x01\x01'],
          f'{len(heard)} values')
    await central.disconnect(path)
    await house.until(lambda: not meter.connection, 10)
    await central.connect(path)
    await central.subscribe(path, '2A52')
    await central.write(path, '2A52', b'\x04\x01')
    check('the bond holds for the next connection', await central.next_value(path, '2A52') == b'\x05\x00\x05\x00')

    await air.unplug()
    await house.until(central_lost(central), 10)
    check('the adapter is gone when it is pulled out', True)
    await air.plug()
    await central.ready()
    await central.discover()
    await cuff.take_measurement()
    path = await central.device(cuff.address)
    await central.connect(path)
    await central.subscribe(path, '2A35')
    check('put back, it hears the next measurement', await central.next_value(path, '2A35') == cuff.taken[1].frames[0][1])

    await recorder.stop()
    recording = (house.OUT / 'air.btsnoop').read_bytes()
    check('btmon recorded it', recording.startswith(b'btsnoop\0') and len(recording) > 10_000, f'{len(recording)} bytes')


def central_lost(central):
    async def lost():
        return await central.first_adapter() is None
    return lost


checks.run(steps)
