"""Thermometers, oximeters, straps."""
import asyncio

from lab.device import Device, Measurement
from lab.words import date_time, float32, sfloat, u8, u16


class Thermometer(Device):
    address, name, services = 'F0:F1:F2:00:40:01', 'THERMO-1', ['1809']
    gatt = {'1809': {'2A1C': 'indicate', '2A1D': 'read'}}
    values = {'2A1D': b'\x06'}

    def measure(self, number, at):
        tenths = 366 + number % 20
        return Measurement([('2A1C', u8(0x02) + float32(tenths, -1) + date_time(at))], [{
            'kind': 'body-temperature', 'temperature': f'{tenths / 10:.1f} Cel', 'at': at}])


class Oximeter(Device):
    """Clipped to a finger for twenty seconds: what it sees each moment, then what it stands by."""
    address, name, services = 'F0:F1:F2:00:50:01', 'OXI-1', ['1822']
    gatt = {'1822': {'2A5E': 'indicate', '2A5F': 'notify', '2A60': 'read'}}
    values = {'2A60': u16(0)}
    rate, seconds = 1, 10
    beside = ('oxygen-saturation', 'battery')

    def measure(self, number, at):
        spo2, pulse = 97 - number % 5, 65 + number % 10
        stream = [('2A5F', u8(0) + sfloat(spo2 - step % 2) + sfloat(pulse + step % 3)) for step in range(self.rate * self.seconds)]
        spot = ('2A5E', u8(0x01) + sfloat(spo2) + sfloat(pulse) + date_time(at))
        return Measurement(stream + [spot], [{
            'kind': 'oxygen-saturation', 'spo2': f'{spo2} %', 'pulse': f'{pulse} /min', 'at': at}])

    async def send(self, uuid, value):
        await super().send(uuid, value)
        if uuid == '2A5F':
            await asyncio.sleep(1 / self.rate)


class FastOximeter(Oximeter):
    """Sixty values a second."""
    address, name, rate, seconds = 'F0:F1:F2:00:50:02', 'OXI-60', 60, 5


class Strap(Device):
    """A heart's rate each second, with the intervals between its beats. A stream: no single value of it is a measurement."""
    address, name, services = 'F0:F1:F2:00:60:01', 'STRAP-1', ['180D']
    gatt = {'180D': {'2A37': 'notify', '2A38': 'read'}}
    values = {'2A38': b'\x01'}
    seconds = 10
    beside = ('heart-rate', 'rr-interval', 'battery')

    def measure(self, number, at):
        return Measurement([('2A37', u8(0x16) + u8(60 + step % 5) + u16(1024) + u16(980 + step)) for step in range(self.seconds)], [])

    async def send(self, uuid, value):
        await super().send(uuid, value)
        await asyncio.sleep(1)
