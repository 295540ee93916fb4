"""Blood-pressure cuffs."""
from lab.device import Clock, Device, Measurement
from lab.words import date_time, sfloat, u8, u16


class Cuff(Device):
    """The SIG's service as it stands in the book: time, pulse, user and status with every value."""
    address, name, services = 'F0:F1:F2:00:10:01', 'BM77', ['1810']
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
