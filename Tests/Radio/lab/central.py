"""A small client of bluetoothd over D-Bus, to prove the lab by itself: no word of the gateway's own is in it."""
import asyncio

from dbus_fast import BusType, Message, MessageType, Variant
from dbus_fast.aio import MessageBus
from dbus_fast.errors import DBusError
from dbus_fast.service import ServiceInterface, dbus_method

from lab.house import until
from lab.words import full_uuid

ADAPTER, DEVICE, CHARACTERISTIC = 'org.bluez.Adapter1', 'org.bluez.Device1', 'org.bluez.GattCharacteristic1'
PROPERTIES = 'org.freedesktop.DBus.Properties'


class Agent(ServiceInterface):
    """Types in what the device shows."""

    def __init__(self, shown):
        super().__init__('org.bluez.Agent1')
        self.shown = shown

    @dbus_method()
    async def RequestPasskey(self, device: 'o') -> 'u':
        return int(await until(self.shown, 10))

    @dbus_method()
    def RequestAuthorization(self, device: 'o'):
        pass

    @dbus_method()
    def Cancel(self):
        pass

    @dbus_method()
    def Release(self):
        pass


class Central:
    is_agent = False

    async def open(self, shown=lambda: None):
        self.bus = await MessageBus(bus_type=BusType.SYSTEM).connect()
        self.heard = asyncio.Queue()
        self.bus.add_message_handler(self._hear)
        await self._ask('org.freedesktop.DBus', '/org/freedesktop/DBus', 'org.freedesktop.DBus', 'AddMatch', 's',
                        "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.Properties'")
        self.bus.export('/lab/agent', Agent(shown))

    async def ready(self, patience=20):
        self.adapter = await until(self.first_adapter, patience)
        if not self.is_agent:
            await self.call('/org/bluez', 'org.bluez.AgentManager1', 'RegisterAgent', 'os', '/lab/agent', 'KeyboardDisplay')
            await self.call('/org/bluez', 'org.bluez.AgentManager1', 'RequestDefaultAgent', 'o', '/lab/agent')
            self.is_agent = True
        await self.call(self.adapter, PROPERTIES, 'Set', 'ssv', ADAPTER, 'Powered', Variant('b', True))

    async def discover(self, on=True):
        if on:
            await self.call(self.adapter, ADAPTER, 'SetDiscoveryFilter', 'a{sv}',
                            {'Transport': Variant('s', 'le'), 'DuplicateData': Variant('b', True)})
        await self.call(self.adapter, ADAPTER, 'StartDiscovery' if on else 'StopDiscovery')

    async def device(self, address, patience=15):
        """The path of the device with this address, once it is known."""
        async def known():
            for path, interfaces in (await self.objects()).items():
                if DEVICE in interfaces and interfaces[DEVICE]['Address'].value == address:
                    return path
        return await until(known, patience)

    async def connect(self, device):
        for attempt in range(6):
            try:
                await self.call(device, DEVICE, 'Connect', patience=45)
                break
            except DBusError:  # just after a disconnection the kernel may still hold the link
                if attempt == 5:
                    raise
                await asyncio.sleep(0.3)
        await until(lambda: self.get(device, DEVICE, 'ServicesResolved'), 20)

    async def disconnect(self, device):
        await self.call(device, DEVICE, 'Disconnect')

    async def characteristic(self, device, uuid):
        for path, interfaces in (await self.objects()).items():
            if path.startswith(device + '/') and CHARACTERISTIC in interfaces \
                    and interfaces[CHARACTERISTIC]['UUID'].value == full_uuid(uuid):
                return path
        raise KeyError(uuid)

    async def subscribe(self, device, uuid):
        await self.call(await self.characteristic(device, uuid), CHARACTERISTIC, 'StartNotify')

    async def read(self, device, uuid):
        return bytes(await self.call(await self.characteristic(device, uuid), CHARACTERISTIC, 'ReadValue', 'a{sv}', {}))

    async def write(self, device, uuid, value):
        await self.call(await self.characteristic(device, uuid), CHARACTERISTIC, 'WriteValue', 'aya{sv}', value, {})

    async def next_value(self, device, uuid, patience=10):
        path = await self.characteristic(device, uuid)
        while True:
            from_path, value = await asyncio.wait_for(self.heard.get(), patience)
            if from_path == path:
                return value

    async def get(self, path, interface, name):
        return (await self.call(path, PROPERTIES, 'Get', 'ss', interface, name)).value

    async def objects(self):
        return await self.call('/', 'org.freedesktop.DBus.ObjectManager', 'GetManagedObjects')

    async def call(self, path, interface, member, signature='', *body, patience=30):
        return await self._ask('org.bluez', path, interface, member, signature, *body, patience=patience)

    async def _ask(self, who, path, interface, member, signature='', *body, patience=30):
        answer = await asyncio.wait_for(self.bus.call(Message(
            destination=who, path=path, interface=interface, member=member, signature=signature, body=list(body))), patience)
        if answer.message_type == MessageType.ERROR:
            raise DBusError(answer.error_name, answer.body[0] if answer.body else '', reply=answer)
        return answer.body[0] if answer.body else None

    async def first_adapter(self):
        try:
            return next((path for path, interfaces in (await self.objects()).items() if ADAPTER in interfaces), None)
        except DBusError:  # not there yet
            return None

    def _hear(self, message):
        if message.message_type == MessageType.SIGNAL and message.member == 'PropertiesChanged' \
                and message.body[0] == CHARACTERISTIC and 'Value' in message.body[1]:
            self.heard.put_nowait((message.path, bytes(message.body[1]['Value'].value)))
