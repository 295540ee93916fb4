"""A device that only advertises: nobody connects to it."""
import asyncio

from bumble.hci import Address

from lab.device import Device, now


class Broadcaster(Device):
    """Its measurement has no frames but adverts: a list of {'service_data': …, 'company_data': …}, told one behind the other, each
    for its share of the time awake."""
    interval = 0.5
    awake = 15
    connectable = False
    keeps = False
    public = False

    async def power_on(self, air):
        self.air = air
        self.controller = None

    async def wake(self, seconds=None):
        asyncio.create_task(self._broadcast(self.taken[-1].frames, seconds or self.awake))

    async def _broadcast(self, adverts, seconds):
        loop = asyncio.get_running_loop()
        self.on_air, self.woke_at, self.heard_at = True, loop.time(), None
        kind = Address.PUBLIC_DEVICE_ADDRESS if self.public else Address.RANDOM_DEVICE_ADDRESS
        for advert in adverts:
            self.service_data, self.company_data = advert.get('service_data', {}), advert.get('company_data', {})
            data, response = self.advert()
            until = loop.time() + seconds / len(adverts)
            while loop.time() < until:
                self.air.hear(Address(self.address, kind), data, response, self.connectable, self.rssi)
                await asyncio.sleep(self.interval)
        self.on_air = False

    async def sleep(self):
        pass


class Passers(Broadcaster):
    """Telephones and tags of people who pass, heard every few seconds, each for about a minute under an address that never comes again."""

    def __init__(self, count, every=1.0, seed=1):
        super().__init__()
        import random
        self.random = random.Random(seed)
        self.count_on_air, self.every = count, every
        self.seen = 0

    async def pass_by(self, air, seconds):
        """So many on the air at any time, each for about a minute."""
        loop = asyncio.get_running_loop()
        until = loop.time() + seconds
        there = [self._someone() for _ in range(self.count_on_air)]
        while loop.time() < until:
            for index, (address, data) in enumerate(there):
                air.hear(address, data, b'', True, -60 - self.random.randrange(35))
                if self.random.random() < self.every / 60:
                    there[index] = self._someone()
            await asyncio.sleep(self.every)

    def _someone(self):
        self.seen += 1
        address = bytearray(self.random.randbytes(6))
        address[5] = address[5] & 0x3F | 0x40  # resolvable private, as it looks to all who lack the key
        data = b'\x02\x01\x1a\x0b\xff\x4c\x00\x10\x06' + self.random.randbytes(6)
        return Address(bytes(address), Address.RANDOM_DEVICE_ADDRESS), data
