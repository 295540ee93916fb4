"""Glucose meters."""
import struct

from lab.device import Device, Measurement
from lab.words import date_time, sfloat, u8, u16


class GlucoseMeter(Device):
    """Keeps its records until they are deleted, and gives them by the Record Access Control Point; a passkey shields them."""
    address, name, services = 'F0:F1:F2:00:20:01', 'meter+00123456', ['1808']
    gatt = {'1808': {'2A18': 'notify', '2A34': 'notify', '2A51': 'read', '2A52': 'write indicate authenticated'}}
    values = {'2A51': u16(0)}
    pairing = 'passkey'
    hangs_up = False

    def __init__(self):
        super().__init__()
        self.records = {}

    def measure(self, number, at):
        value = 98 + number % 60
        head = struct.pack('<H', number) + date_time(at)
        meal = number % 3 + 1
        self.records[number] = [('2A18', u8(0x13) + head + struct.pack('<h', 0) + sfloat(value, -5) + u8(0x11)),
                                ('2A34', u8(0x02) + struct.pack('<H', number) + u8(meal))]
        return Measurement(self.records[number], [{
            'kind': 'blood-glucose', 'glucose': f'{value} mg/dL', 'at': at, 'number': number,
            'marks': [{1: 'before-meal', 2: 'after-meal', 3: 'fasting'}[meal]]}])

    async def subscribed(self, uuid):
        pass

    async def written(self, uuid, value):
        if uuid != '2A52' or len(value) < 2:
            return
        chosen = self._chosen(value)
        if chosen is None:
            answer = bytes([6, 0, value[0], 2])
        elif value[0] == 4:
            answer = b'\x05\x00' + u16(len(chosen))
        elif value[0] == 2:
            for number in chosen:
                del self.records[number]
            answer = b'\x06\x00\x02\x01' if chosen else b'\x06\x00\x02\x06'
        elif value[0] == 1:
            for number in chosen:
                for frame in self.records[number]:
                    await self.send(*frame)
            self.pending.clear()
            answer = b'\x06\x00\x01\x01' if chosen else b'\x06\x00\x01\x06'
        else:
            answer = bytes([6, 0, value[0], 2])
        await self.send('2A52', answer)

    def _chosen(self, value):
        """All records, or those from a number on."""
        if value[1] == 1:
            return sorted(self.records)
        if value[1] == 3 and len(value) == 5 and value[2] == 1:
            first = struct.unpack('<H', value[3:5])[0]
            return sorted(number for number in self.records if number >= first)
        if value[1] == 6:
            return sorted(self.records)[-1:]
        return None
