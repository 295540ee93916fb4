"""Scales and analysers of body composition."""
import struct

from cryptography.hazmat.primitives.ciphers.aead import AESCCM

from lab.broadcaster import Broadcaster
from lab.device import Device, Measurement
from lab.words import date_time, u8, u16


def kilograms(number, per_kilogram):
    """As the device's own steps make it, without padding: 15960 in 5 g is 79.8."""
    return f'{number / per_kilogram:.3f}'.rstrip('0').rstrip('.')


class MiScale(Broadcaster):
    """Tells its weight to everybody, with its own clock's time: first while it still moves, then the weight it stands by."""
    address, name, services = 'F0:F1:F2:00:30:01', 'MI_SCALE', ['181D']

    def measure(self, number, at):
        weight = 15960 + number % 50 * 20

        def advert(flags):
            return {'service_data': {'181D': u8(flags) + u16(weight) + date_time(at)}}
        return Measurement([advert(0x02), advert(0x22)], [{'kind': 'body-weight', 'weight': f'{kilograms(weight, 200)} kg', 'at': at}])


class PlainScale(Broadcaster):
    """BTHome 2, for everybody to hear, and without a clock: that two radios heard one weighing is told by nothing but its bytes."""
    address, services, public = 'F0:F1:F2:00:30:05', [], True

    def measure(self, number, at):
        weight = 7030 + number % 50 * 10
        return Measurement([{'service_data': {'FCD2': b'\x40\x06' + u16(weight)}}],
                           [{'kind': 'body-weight', 'weight': f'{kilograms(weight, 100)} kg', 'at': None}])


class SecretScale(Broadcaster):
    """BTHome 2, encrypted: a counter that never comes again makes each advert another one."""
    address, services = 'F0:F1:F2:00:30:02', []
    key = bytes.fromhex('231d39c1d7cc1ab1aee224cd096db932')

    def measure(self, number, at):
        weight = 8030 + number % 50 * 10
        info, counter, service = b'\x41', struct.pack('<I', 0x33221100 + number), b'\xd2\xfc'
        nonce = bytes.fromhex(self.address.replace(':', '')) + service + info + counter
        sealed = AESCCM(self.key, tag_length=4).encrypt(nonce, b'\x06' + u16(weight), b'')
        return Measurement([{'service_data': {'FCD2': info + sealed[:-4] + counter + sealed[-4:]}}],
                           [{'kind': 'body-weight', 'weight': f'{kilograms(weight, 100)} kg', 'at': None}])


class Scale(Device):
    """The SIG's, with users: it tells a person's weights to who says the person's consent code; to others what is weighed now."""
    address, name, services = 'F0:F1:F2:00:30:03', 'SCALE-1', ['181D']
    gatt = {'181D': {'2A9D': 'indicate', '2A9E': 'read'}, '181C': {'2A9F': 'write indicate', '2A9A': 'read'}}
    values = {'2A9E': struct.pack('<I', 0x07), '2A9A': b'\xff'}

    def measure(self, number, at):
        weight = 14600 + number % 50 * 10
        return Measurement([('2A9D', u8(0x06) + u16(weight) + date_time(at) + u8(1))], [{
            'kind': 'body-weight', 'weight': f'{kilograms(weight, 200)} kg', 'user': 1, 'at': at}])

    async def written(self, uuid, value):
        if uuid == '2A9F' and value[:1] == b'\x02':
            await self.send('2A9F', b'\x20\x02\x01')


class BodyAnalyser(Device):
    """Body composition beside the weight of the same moment."""
    address, name, services = 'F0:F1:F2:00:30:04', 'BODY-1', ['181B']
    gatt = {'181B': {'2A9C': 'indicate', '2A9B': 'read'}}
    values = {'2A9B': struct.pack('<I', 0)}

    def measure(self, number, at):
        fat, weight, impedance = 245 + number % 40, 15000 + number % 50 * 20, 5120 + number % 100
        frame = u16(0x0602) + u16(fat) + date_time(at) + u16(impedance) + u16(weight)
        return Measurement([('2A9C', frame)], [{
            'kind': 'body-composition', 'body-fat': f'{fat / 10:g} %', 'impedance': f'{impedance / 10:g} Ohm',
            'weight': f'{kilograms(weight, 200)} kg', 'at': at}])
