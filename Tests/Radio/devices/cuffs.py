"""Blood-pressure cuffs."""
from lab.device import Clock, Device, Measurement
from lab.words import date_time, sfloat, u8, u16


class Cuff(Device):
    """The SIG's service as it stands in the book: time, pulse, user and status with every value."""
    address, name, services = 'F0:F1:F2:00:10:01', 'BPM-1', ['1810']
    gatt = {'1810': {'2A35': 'indicate', '2A49': 'read'}}
    values = {'2A49': u16(0x0020)}
    user = 1

    def measure(self, number, at):
        high, low, pulse = 128 + number % 20, 83 - number % 10, 72 + number % 7
        mean = (high + 2 * low) // 3
        frame = u8(0x1E) + sfloat(high) + sfloat(low) + sfloat(mean) + date_time(at) + sfloat(pulse) + u8(self.user) + u16(0)
        return Measurement([('2A35', frame)], [{
            'kind': 'blood-pressure', 'systolic': f'{high} mmHg', 'diastolic': f'{low} mmHg', 'mean': f'{mean} mmHg',
            'pulse': f'{pulse} /min', 'user': self.user, 'at': at}])


class BondedCuff(Clock, Cuff):
    """As A&D's: nothing without a bond; asks for the time, then for a command, and then tells all that it has not told."""
    address, name = 'F0:F1:F2:00:10:02', 'A&D_UA-651BLE_000002'
    gatt = {
        '1810': {'2A35': 'indicate encrypted', '2A08': 'read write encrypted', '2A49': 'read'},
        '233bf000-5a34-1b6d-975c-000d5690abe4': {'233bf001-5a34-1b6d-975c-000d5690abe4': 'write'},
    }
    pairing = 'just-works'
    off = 0

    def measure(self, number, at):
        high, low, pulse = 123 + number % 20, 80 - number % 10, 67 + number % 7
        mean = (high + 2 * low) // 3
        frame = u8(0x16) + sfloat(high) + sfloat(low) + sfloat(mean) + date_time(at) + sfloat(pulse) + u16(0)
        return Measurement([('2A35', frame)], [{
            'kind': 'blood-pressure', 'systolic': f'{high} mmHg', 'diastolic': f'{low} mmHg', 'mean': f'{mean} mmHg',
            'pulse': f'{pulse} /min', 'at': at}])


class FastClockCuff(BondedCuff):
    """Its clock is 47 minutes fast until the gateway sets it: what it measured before was not when it says."""
    address, name, off = 'F0:F1:F2:00:10:09', 'A&D_UA-651BLE_000009', 47 * 60
    clock_was_set = False

    def measure(self, number, at):
        measurement = super().measure(number, self.time())
        for read in measurement.reads:
            if self.off:
                read['truly'] = at
        return measurement


class HastyCuff(Cuff):
    """Awake for three seconds, then asleep until the next measurement, told or not: what was not told, it tells then."""
    address, name, awake = 'F0:F1:F2:00:10:03', 'BPM-3s', 3


class UpdatedCuff(Cuff):
    """After its second measurement it has new firmware: one more service in front, so that all handles are others."""
    address, name = 'F0:F1:F2:00:10:04', 'BPM-new'

    async def take_measurement(self):
        if self.count == 1:
            self.change_table({'FFF0': {'FFF1': 'read', 'FFF2': 'write'}, **self.gatt})
        await super().take_measurement()


class SilentlyUpdatedCuff(BondedCuff):
    """The same with a bond, over which the gateway's bluetoothd remembers the old handles, and without a word that they changed."""
    address, name, tells_changes = 'F0:F1:F2:00:10:08', 'A&D_UA-651BLE_000008', False

    async def take_measurement(self):
        if self.count == 1:
            self.change_table({'FFF0': {'FFF1': 'read', 'FFF2': 'write'}, **self.gatt})
        await super().take_measurement()


class PrivateCuff(BondedCuff):
    """Each time it wakes, it has another address, which only who has its key can resolve."""
    address, name, private = 'F0:F1:F2:00:10:05', 'A&D_UA-651BLE_000005', True


class ForgetfulCuff(BondedCuff):
    """Had its batteries changed: it knows of no bond, and the gateway still does."""
    address, name = 'F0:F1:F2:00:10:06', 'A&D_UA-651BLE_000006'


class MemoryCuff(Device):
    """As Omron's: what it measured stands in a memory that is read by address. An HEM-7142T2: 14 records of 14 bytes from 0x02E8
    on, as a ring; let in by a token that it says back."""
    address, name, services = 'F0:F1:F2:00:10:07', 'BLESmart_00000147F0F1F2001007', ['FE4A']
    ANSWER = '49123040-aee8-11e1-a74d-0002a5d5c51b'
    UNLOCK = 'b305b680-aee7-11e1-a730-0002a5d5c51b'
    REQUEST = 'db5b55e0-aee7-11e1-965e-0002a5d5c51b'
    gatt = {
        '180A': {'2A24': 'read'},
        'ecbe3980-c9a2-11e1-b1bd-0002a5d5c51b': {ANSWER: 'notify', UNLOCK: 'write notify', REQUEST: 'command write'},
    }
    values = {'2A24': b'HEM-7142T2'}
    start, size, slots = 0x02E8, 14, 14
    hangs_up = False

    def __init__(self):
        super().__init__()
        self.memory = bytearray(b'\xff' * (self.size * self.slots))

    def measure(self, number, at):
        high, low, pulse = 121 + number % 20, 79 - number % 10, 61 + number % 7
        date = at.hour | at.day << 5 | at.month << 10
        record = (bytes([high - 25, low, pulse, at.year - 2000]) + u16(date) + u16(at.second | at.minute << 6)).ljust(self.size, b'\0')
        slot = number % self.slots
        self.memory[slot * self.size:(slot + 1) * self.size] = record
        return Measurement([(self.ANSWER, record)], [{
            'kind': 'blood-pressure', 'systolic': f'{high} mmHg', 'diastolic': f'{low} mmHg', 'pulse': f'{pulse} /min',
            'user': 1, 'at': at}])

    async def subscribed(self, uuid):
        pass

    async def written(self, uuid, value):
        if uuid == self.UNLOCK and value[:1] == b'\x11':
            await self.send(self.UNLOCK, b'\x91\x00' + value[1:5])
        elif uuid == self.REQUEST and len(value) >= 8:
            kind, address, size = value[1:3], int.from_bytes(value[3:5], 'big'), value[5]
            if kind == b'\x00\x00':
                await self.answer(b'\x80\x00', 0, 0x10, bytes(16))
            elif kind == b'\x01\x00':
                first = address - self.start
                await self.answer(b'\x81\x00', address, size, bytes(self.memory[first:first + size]))
            elif kind == b'\x0f\x00':
                await self.answer(b'\x8f\x00', 0, 0, b'')
                self.pending.clear()

    async def answer(self, kind, address, size, data):
        packet = bytes([len(data) + 8]) + kind + address.to_bytes(2, 'big') + bytes([size]) + data + b'\0'
        check = 0
        for byte in packet:
            check ^= byte
        await self.send(self.ANSWER, packet + bytes([check]))
