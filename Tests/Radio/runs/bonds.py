"""Bonds that do not hold: a cuff that forgot its own, and one whose handles are no longer those that bluetoothd remembers. What can
not be read is told to the operator; after a person paired it anew, the cuff tells all that it kept."""
import asyncio
import pathlib
import subprocess

from devices import cuffs
from lab import checks, house
from lab.checks import check, note
from lab.ward import Ward


async def steps():
    forgetful, updated = cuffs.ForgetfulCuff(), cuffs.SilentlyUpdatedCuff()
    ward = Ward([forgetful, updated])
    await ward.open(records=True)
    for device in ward.devices:
        await device.take_measurement()
        await asyncio.sleep(60)
    check('with their bonds both are read', not forgetful.pending and not updated.pending)
    await forgetful.forget_bonds()
    for device in ward.devices:
        await device.take_measurement()
        await asyncio.sleep(90)
    said = (house.OUT / 'vitalgate.log').read_text()
    check('that the bond is lost is said', 'bond-lost' in said)
    check('that the device has other characteristics than before is said', 'missing-characteristic' in said)
    note('told of its second measurement:', {device.label: not device.pending for device in ward.devices})
    for device in ward.devices:
        if device.pending:
            subprocess.run(['bluetoothctl', 'remove', device.address], capture_output=True, timeout=30)
            await asyncio.sleep(70)
            check(f'{device.label}: that bluetoothd has its bond no more is said and shown', bond_of(ward, device) == 'lost'
                  and 'lost its bond' in (house.OUT / 'vitalgate.log').read_text(), bond_of(ward, device))
            # As root: bluetoothd keeps what it knows of the device's handles beyond its removal.
            await ward.bluetoothd.stop()
            for file in pathlib.Path('/var/lib/bluetooth').glob(f'*/cache/{device.address}'):
                file.unlink()
            ward.bluetoothd.start()
            await asyncio.sleep(20)
            await ward.gateway.pair(device)
            await asyncio.sleep(400)
            await device.wake()
            await asyncio.sleep(90)
            check(f'{device.label}: its new bond is shown', bond_of(ward, device) == 'held', bond_of(ward, device))
    await ward.close()


def bond_of(ward, device):
    return next(one for one in ward.gateway.listing('devices', 'list') if one['device'] == device.address).get('bond', {}).get('state')


checks.run(steps)
