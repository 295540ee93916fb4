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


class BreakingMeter(GlucoseMeter):
    """Hangs up after its third record, the first time that it is asked for more."""
    address, name = 'F0:F1:F2:00:20:02', 'meter-breaks'
    told = 0

    async def send(self, uuid, value):
        await super().send(uuid, value)
        if uuid == '2A18':
            self.told += 1
            if self.told == 3:
                await self.hang_up()


class AskedMeter(Device):
    """As TaiDoc's: one characteristic for questions and answers of eight bytes; nothing is told that was not asked for."""
    address, name, services = 'F0:F1:F2:00:20:03', 'TAIDOC TD4279', []
    SERIAL = '00001524-1212-efde-1523-785feabcd123'
    gatt = {'00001523-1212-efde-1523-785feabcd123': {SERIAL: 'write command notify'}}
    hangs_up = False

    def measure(self, number, at):
        value, meal = 105 + number % 50, number % 2 + 1
        date = at.day | at.month << 5 | (at.year - 2000) << 9
        frames = [(self.SERIAL, self.framed(b'\x25' + u16(date) + bytes([at.minute, at.hour]))),
                  (self.SERIAL, self.framed(b'\x26' + u16(value) + bytes([0, meal << 6])))]
        return Measurement(frames, [{'kind': 'blood-glucose', 'glucose': f'{value} mg/dL', 'at': at.replace(second=0),
                                     'marks': ['before-meal' if meal == 1 else 'after-meal']}])

    @staticmethod
    def framed(body):
        body = b'\x51' + body + b'\xa5'
        return body + bytes([sum(body) & 0xFF])

    async def subscribed(self, uuid):
        pass

    async def written(self, uuid, value):
        if len(value) != 8 or value[0] != 0x51 or sum(value[:7]) & 0xFF != value[7]:
            return
        newest_first = self.taken[::-1]
        index = int.from_bytes(value[2:4], 'little')
        if value[1] == 0x2B:
            await self.send(uuid, self.framed(b'\x2b' + u16(len(newest_first)) + bytes(2)))
        elif value[1] in (0x25, 0x26) and index < len(newest_first):
            await self.send(*newest_first[index].frames[value[1] - 0x25])
        elif value[1] == 0x50:
            self.pending.clear()
            await self.hang_up()
