"""The air: Bluetooth controllers on one link in this process. One of them, or two, are plugged into the kernel and become hci0 and hci1."""
import asyncio
import random

from bumble import hci, ll
from bumble.controller import Controller, LegacyAdvertiser
from bumble.hci import LeFeatureMask
from bumble.link import LocalLink
from bumble.transport import open_transport

LATER_THAN_4_2 = LeFeatureMask.LL_PRIVACY | LeFeatureMask.LE_EXTENDED_ADVERTISING | LeFeatureMask.LE_PERIODIC_ADVERTISING
REPORT = hci.HCI_LE_Advertising_Report_Event

# bumble words every packet, field by field and in colours, for a log that nobody reads: half of what the air costs.
for kind in (hci.HCI_Command, hci.HCI_Event, hci.HCI_AclDataPacket):
    kind.__str__ = lambda packet: type(packet).__name__


class PlainController(Controller):
    """A controller of Bluetooth 4.2. Of a later one bumble would announce privacy and extended advertising, and yet complete
    a connection with the old event: Linux then waits 4 s for the new one and takes its own bookkeeping down."""
    le_features = Controller.le_features & ~LATER_THAN_4_2

    def __init__(self, name, **words):
        super().__init__(name, **words)
        self.chance = random.Random(name)
        self.le_legacy_advertiser = Advertiser(self)


class Advertiser(LegacyAdvertiser):
    """With the 0 to 10 ms that every advertiser waits more than its interval, so that two of them meet and part again.
    Core Specification vol. 6 part B 4.4.2.2. Its chance is its own, and the same in each run."""

    def _on_timer_fired(self):
        self.send_advertising_data()
        pause = self.advertising_interval_min * 0.000625 + self.controller.chance.random() * 0.01
        self.timer_handle = asyncio.get_running_loop().call_later(pause, self._on_timer_fired)


class Dongle(PlainController):
    """The gateway's. It tells adverts as they are (connectable or not, scan response, strength) and lets connects be cancelled."""

    def hear(self, address, data, response, connectable, rssi):
        pending = self.pending_le_connection
        if connectable and pending and pending.peer_address == address:
            return self.create_le_connection(address)
        if self.le_scan_enable:
            kind = REPORT.EventType.ADV_IND if connectable else REPORT.EventType.ADV_NONCONN_IND
            self._report(kind, address, data, rssi)
            # A device that may be asked answers, if only with nothing; without the answer Linux keeps the advert to itself.
            if connectable and self.le_scan_type == 1:
                self._report(REPORT.EventType.SCAN_RSP, address, response, rssi)

    def _report(self, kind, address, data, rssi):
        self.send_hci_packet(REPORT([REPORT.Report(
            event_type=kind, address_type=address.address_type, address=address, data=data, rssi=rssi)]))

    def on_hci_le_create_connection_cancel_command(self, command):
        pending, self.pending_le_connection = self.pending_le_connection, None
        if not pending:
            return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.COMMAND_DISALLOWED_ERROR)
        asyncio.get_running_loop().call_soon(self.send_hci_packet, hci.HCI_LE_Connection_Complete_Event(
            status=hci.HCI_ErrorCode.UNKNOWN_CONNECTION_IDENTIFIER_ERROR, connection_handle=0, role=hci.Role.CENTRAL,
            peer_address_type=pending.peer_address_type, peer_address=pending.peer_address, connection_interval=0,
            peripheral_latency=0, supervision_timeout=0, central_clock_accuracy=0))
        return hci.HCI_StatusReturnParameters(hci.HCI_ErrorCode.SUCCESS)


class Air(LocalLink):
    """Every device hears the dongle, and the dongle every device; devices do not hear each other."""

    def __init__(self, address='F0:00:00:00:00:01'):
        super().__init__()
        self.address = address
        self.dongles = {}
        self.adverts = 0

    async def plug(self, address=None):
        address = address or self.address
        transport = await open_transport('vhci')
        self.dongles[address] = transport, Dongle(
            f'dongle {address}', host_source=transport.source, host_sink=transport.sink, link=self, public_address=address)

    async def unplug(self, address=None):
        """Out it comes: every link on it is gone for the devices, after they have heard nothing for a while."""
        transport, dongle = self.dongles.pop(address or self.address)
        for connection in list(dongle.le_connections.values()):
            device = self.find_le_controller(connection.peer_address)
            for other in list(device.le_connections.values()) if device else []:
                device.on_le_disconnected(other, hci.HCI_ErrorCode.CONNECTION_TIMEOUT_ERROR)
        await transport.close()
        self.remove_controller(dongle)

    def hear(self, address, data, response=b'', connectable=False, rssi=-50):
        self.adverts += 1
        for _, dongle in list(self.dongles.values()):
            dongle.hear(address, data, response, connectable, rssi)

    # What bumble's own link does less well.

    def send_advertising_pdu(self, sender, packet):
        if isinstance(packet, ll.AdvInd):
            advertiser = sender.le_legacy_advertiser
            asyncio.get_running_loop().call_soon(
                self.hear, packet.advertiser_address, packet.data, advertiser.scan_response_data, True, getattr(sender, 'rssi', -50))
        elif isinstance(packet, ll.ConnectInd):
            for controller in list(self.controllers):
                if controller is not sender:
                    asyncio.get_running_loop().call_soon(controller.on_ll_advertising_pdu, packet)

    def send_acl_data(self, sender, address, transport, data):
        """From the address that the connection uses: bumble takes the sender's random one, and the dongle has none."""
        connection, device = sender.le_connections.get(address), self.find_le_controller(address)
        if connection and device:
            asyncio.get_running_loop().call_soon(device.on_link_acl_data, connection.self_address, transport, data)
