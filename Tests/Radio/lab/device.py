"""A device on the air. The next one is a subclass of ten lines in devices/: what it says of itself, its characteristics, and
what it measures, with the readings that a gateway must make of it."""
import asyncio
import dataclasses
import datetime
import struct

from bumble.att import ATT_Error, Attribute, AttributeValue, ErrorCode
from bumble.core import AdvertisingData as AD, UUID
from bumble.device import Device as Stack, DeviceConfiguration
from bumble.gatt import Characteristic, Service
from bumble.hci import Address, HCI_LE_Set_Random_Address_Command
from bumble.host import Host
from bumble.pairing import PairingConfig, PairingDelegate
from bumble.transport.common import AsyncPipeSink

from lab.air import PlainController
from lab.words import date_time

PROPERTIES = {
    'read': (Characteristic.Properties.READ, Characteristic.Permissions.READABLE),
    'write': (Characteristic.Properties.WRITE, Characteristic.Permissions.WRITEABLE),
    'command': (Characteristic.Properties.WRITE_WITHOUT_RESPONSE, Characteristic.Permissions.WRITEABLE),
    'notify': (Characteristic.Properties.NOTIFY, 0),
    'indicate': (Characteristic.Properties.INDICATE, 0),
    'encrypted': (0, Characteristic.Permissions.READ_REQUIRES_ENCRYPTION | Characteristic.Permissions.WRITE_REQUIRES_ENCRYPTION),
    'authenticated': (0, Characteristic.Permissions.READ_REQUIRES_AUTHENTICATION
                      | Characteristic.Permissions.WRITE_REQUIRES_AUTHENTICATION),
}


def now():
    """What a clock on the wall of the guest shows."""
    return datetime.datetime.now().replace(microsecond=0)


@dataclasses.dataclass
class Measurement:
    frames: list  # (characteristic, bytes), in the order in which they are sent
    reads: list   # what a gateway must make of them: {'kind': …, 'weight': '79.8 kg', 'at': when the device says, or None}
    taken: datetime.datetime = None
    sent: int = 0


class Device:
    address = None        # a static random one
    name = None
    services = ()         # advertised, four digits or 36
    service_data = {}     # advertised, by service
    company_data = {}     # advertised, by company number
    gatt = {}             # {'1810': {'2A35': 'indicate'}}, in words of PROPERTIES
    values = {}           # what a read gives
    pairing = None        # 'just-works' or 'passkey'
    key = None            # its bind key, where it encrypts what it broadcasts
    tells_changes = True  # by the Generic Attribute Service, whose hash of all handles a central asks for
    private = False       # a resolvable private address, a new one each time it wakes
    interval = 0.2        # seconds between two adverts
    awake = 60            # seconds on the air after a measurement, unless it is told everything before
    hangs_up = True       # once everything was sent
    keeps = True          # what nobody fetched is told when it is used again
    rssi = -50
    beside = ('battery',)  # kinds of readings that may come beside what is measured

    def __init__(self):
        self.pending, self.taken = [], []
        self.count = 0
        self.on_air = False
        self.connection = None
        self.sending = None
        self.passkey = None
        self.sleep_at = None
        self.woke_at = self.heard_at = None
        self.waits = []       # from the first advert of each wake to the first data, in seconds
        self.log = lambda *words: None

    @classmethod
    def copy(cls, number):
        """One more of its kind, with an address of its own."""
        device = cls()
        device.address = cls.address[:9] + f'{number + 1:02X}' + cls.address[11:]
        device.label = f'{cls.__name__} {number + 1}'
        return device

    @property
    def label(self):
        return self.__dict__.get('_label', type(self).__name__)

    @label.setter
    def label(self, text):
        self._label = text

    # What a subclass says.

    def measure(self, number, at):
        """The measurement of this number (from 0), taken at this time."""
        raise NotImplementedError

    async def subscribed(self, uuid):
        """The central wants to hear of this characteristic; most devices send what they have at once."""
        if self.pending and self.pending[0].frames[0][0] == uuid:
            self.send_pending()

    async def written(self, uuid, value):
        """The central wrote."""

    def read(self, uuid):
        return self.values.get(uuid, b'')

    @property
    def heard_as(self):
        """The address that is on the air, for who has not its key."""
        return self.stack.random_address.to_string(False) if self.private else self.address

    # On the air.

    async def power_on(self, air):
        self.air = air
        self.controller = PlainController(self.address, link=air)
        self.controller.rssi = self.rssi
        configuration = DeviceConfiguration(
            name=self.name or '', address=Address(self.address), irk=self.irk, gatt_service_enabled=self.tells_changes,
            advertising_interval_min=self.interval * 1600, advertising_interval_max=self.interval * 1600)  # in 0.625 ms
        self.stack = Stack(config=configuration, host=Host(self.controller, AsyncPipeSink(self.controller)))
        self.stack.pairing_config_factory = self._pairing
        self.stack.on('connection', self._connected)
        self.characteristics = {}
        for service, characteristics in self.gatt.items():
            self.stack.add_service(self._service(service, characteristics))
        self._shield()
        await self.stack.power_on()

    @property
    def irk(self):
        return bytes.fromhex(self.address.replace(':', '')) * 2 + b'lab.'

    def advert(self):
        parts = [(AD.FLAGS, b'\x06')]
        short = [bytes(UUID(uuid).to_bytes()) for uuid in self.services if len(uuid) == 4]
        long = [bytes(UUID(uuid).to_bytes()) for uuid in self.services if len(uuid) == 36]
        if short:
            parts.append((AD.COMPLETE_LIST_OF_16_BIT_SERVICE_CLASS_UUIDS, b''.join(short)))
        if long:
            parts.append((AD.COMPLETE_LIST_OF_128_BIT_SERVICE_CLASS_UUIDS, b''.join(long)))
        parts += [(AD.SERVICE_DATA_16_BIT_UUID, bytes(UUID(uuid).to_bytes()) + data) for uuid, data in self.service_data.items()]
        parts += [(AD.MANUFACTURER_SPECIFIC_DATA, struct.pack('<H', number) + data) for number, data in self.company_data.items()]
        named = [(AD.COMPLETE_LOCAL_NAME, self.name.encode())] if self.name else []
        whole = bytes(AD(parts + named))
        return (whole, b'') if len(whole) <= 31 else (bytes(AD(parts)), bytes(AD(named)))

    async def wake(self, seconds=None):
        """On the air, for so long or until all is told."""
        loop = asyncio.get_running_loop()
        self.sleep_at = loop.time() + (seconds or self.awake)
        if self.on_air:
            return
        self.on_air, self.woke_at, self.heard_at = True, loop.time(), None
        if self.private:
            self.stack.random_address = Address.generate_private_address(self.irk)  # bumble's own update sends the old one again
            await self.stack.send_sync_command(HCI_LE_Set_Random_Address_Command(random_address=self.stack.random_address))
        if not self.connection:
            await self._advertise()
        asyncio.create_task(self._fall_asleep())

    async def _advertise(self):
        data, response = self.advert()
        await self.stack.start_advertising(advertising_data=data, scan_response_data=response)

    async def _fall_asleep(self):
        loop = asyncio.get_running_loop()
        while self.on_air and loop.time() < self.sleep_at:
            await asyncio.sleep(min(1, self.sleep_at - loop.time()))
        await self.sleep()

    async def sleep(self):
        if not self.on_air:
            return
        self.on_air = False
        if self.connection:
            await self.hang_up()
        if self.stack.is_advertising:
            await self.stack.stop_advertising()

    async def take_measurement(self):
        """Someone uses the device: it measures, and wakes."""
        measurement = self.measure(self.count, now())
        measurement.taken = now()
        self.count += 1
        self.taken.append(measurement)
        self.pending.append(measurement)
        await self.wake()

    # Connected.

    def _connected(self, connection):
        self.connection = connection
        self.log('connected')
        connection.on('disconnection', self._disconnected)
        connection.on('pairing', lambda keys: self.log('paired'))
        connection.on('pairing_failure', lambda reason: self.log('pairing failed', reason))

    def _disconnected(self, reason):
        self.log('disconnected', reason)
        self.connection = None
        if self.sending:
            self.sending.cancel()
            self.sending = None
        if self.on_air:
            asyncio.create_task(self._advertise() if self.pending or not self.hangs_up else self.sleep())

    async def hang_up(self):
        if self.connection:
            await self.connection.disconnect()

    def send_pending(self):
        if not self.sending:
            self.sending = asyncio.create_task(self._send_pending())

    async def _send_pending(self):
        try:
            while self.pending:
                measurement = self.pending[0]
                for uuid, value in measurement.frames:
                    await self.send(uuid, value)
                self.pending.remove(measurement)
            if self.hangs_up:
                await asyncio.sleep(1)
                await self.hang_up()
        finally:
            self.sending = None

    async def send(self, uuid, value):
        """To the central, in the way it asked for; an indication is over when it was confirmed."""
        characteristic = self.characteristics[uuid]
        if characteristic.properties & Characteristic.Properties.INDICATE:
            await self.stack.indicate_subscribers(characteristic, value)
        else:
            await self.stack.notify_subscribers(characteristic, value)
        if self.heard_at is None and self.woke_at is not None:
            self.heard_at = asyncio.get_running_loop().time()
            self.waits.append(self.heard_at - self.woke_at)

    async def forget_bonds(self):
        """As a device does whose battery was changed, or which was paired with a telephone in between."""
        await self.stack.keystore.delete_all()

    def change_table(self, gatt):
        """As a device does that got new firmware: other handles, and no word about it."""
        server = self.stack.gatt_server
        del server.attributes[:]
        server.attributes_by_handle.clear()
        self.stack.add_default_services(add_gatt_service=self.tells_changes)
        self.characteristics = {}
        for service, characteristics in gatt.items():
            self.stack.add_service(self._service(service, characteristics))
        self._shield()

    def _shield(self):
        """bumble lets everything be written, even the table itself: who remembers old handles would spoil it."""
        for attribute in self.stack.gatt_server.attributes:
            if not attribute.permissions & Attribute.Permissions.WRITEABLE:
                attribute.write_value = refuse_to_be_written

    def _pairing(self, connection):
        shown = self.pairing == 'passkey'
        device = self

        class Face(PairingDelegate):
            async def accept(self):
                return device.pairing is not None

            async def display_number(self, number, digits):
                device.passkey = f'{number:06}'
                device.log('shows', device.passkey)

        face = Face(PairingDelegate.DISPLAY_OUTPUT_ONLY if shown else PairingDelegate.NO_OUTPUT_NO_INPUT)
        return PairingConfig(sc=True, mitm=shown, bonding=True, delegate=face,
                             identity_address_type=PairingConfig.AddressType.RANDOM)

    def _service(self, uuid, characteristics):
        made = []
        for name, words in characteristics.items():
            properties, permissions = Characteristic.Properties(0), Characteristic.Permissions(0)
            for word in words.split():
                properties |= PROPERTIES[word][0]
                permissions |= PROPERTIES[word][1]
            value = AttributeValue(read=lambda connection, name=name: self.read(name),
                                   write=lambda connection, value, name=name: self._written(name, value))
            characteristic = Characteristic(UUID(name), properties, permissions, value)
            characteristic.on('subscription', lambda connection, notify, indicate, name=name:
                              (notify or indicate) and asyncio.create_task(self.subscribed(name)))
            self.characteristics[name] = characteristic
            made.append(characteristic)
        return Service(UUID(uuid), made)

    def _written(self, name, value):
        self.log('written', name, value.hex())
        asyncio.create_task(self.written(name, value))


async def refuse_to_be_written(bearer, value):
    raise ATT_Error(ErrorCode.WRITE_NOT_PERMITTED)


class Clock:
    """A clock that can be read and set at 2A08, so many seconds off until then."""
    off = 0

    def time(self):
        return now() + datetime.timedelta(seconds=self.off)

    def read(self, uuid):
        return date_time(self.time()) if uuid == '2A08' else super().read(uuid)

    async def written(self, uuid, value):
        if uuid == '2A08' and len(value) == 7:
            self.off = int((datetime.datetime(*struct.unpack('<HBBBBB', value)) - now()).total_seconds())
            self.clock_was_set = True
        else:
            await super().written(uuid, value)

