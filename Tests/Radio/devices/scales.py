"""Scales and analysers of body composition."""
from lab.broadcaster import Broadcaster
from lab.device import Device, Measurement


class MiScale(Broadcaster):
    """Tells its weight to everybody, with its own clock's time: first while it still moves, then the weight it stands by."""
    address, name, services = 'F0:F1:F2:00:30:01', 'MI_SCALE', ['181D']

    def measure(self, number, at):
        weight = 15960 + number % 50 * 20  # in 5 g
        def advert(flags):
            return {'service_data': {'181D': bytes([flags]) + weight.to_bytes(2, 'little') + at.year.to_bytes(2, 'little')
                                     + bytes([at.month, at.day, at.hour, at.minute, at.second])}}
        kg = f'{weight / 200:.3f}'.rstrip('0').rstrip('.')
        return Measurement([advert(0x02), advert(0x22)], [{'kind': 'body-weight', 'weight': f'{kg} kg', 'at': at}])
