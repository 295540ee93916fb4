"""What runs in the guest beside the air: the system bus and bluetoothd; broker and gateway stand in lab/gateway.py."""
import asyncio
import os
import pathlib
import signal
import subprocess
import time

OUT = pathlib.Path(os.environ.get('RADIO_OUT', '/out'))
BLUETOOTHD = next((path for path in ('/usr/libexec/bluetooth/bluetoothd', '/usr/lib/bluetooth/bluetoothd') if os.path.exists(path)), None)


class Service:
    """A program that runs until it is ended; what it says goes to OUT/NAME.log."""

    def __init__(self, name, *command, is_silent=False):
        self.name, self.command, self.process = name, command, None
        self.log = os.devnull if is_silent else OUT / f'{name}.log'

    def start(self):
        with open(self.log, 'ab') as log:
            self.process = subprocess.Popen(self.command, stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT)

    async def stop(self, how=signal.SIGTERM, patience=20):
        self.process.send_signal(how)
        for _ in range(patience * 10):
            if self.process.poll() is not None:
                return self.process.returncode
            await asyncio.sleep(0.1)
        self.process.kill()
        raise TimeoutError(f'{self.name} did not end within {patience} s after {how.name}')

    @property
    def runs(self):
        return self.process is not None and self.process.poll() is None


def start_bus():
    os.makedirs('/run/dbus', exist_ok=True)
    subprocess.run(['dbus-uuidgen', '--ensure=/etc/machine-id'], check=True)
    subprocess.run(['dbus-daemon', '--system', '--fork', '--nopidfile'], check=True)


def bluetoothd():
    return Service('bluetoothd', BLUETOOTHD, '-n')


def recorder():
    """btmon, which writes what passes between kernel and controller."""
    return Service('btmon', 'btmon', '-w', str(OUT / 'air.btsnoop'), is_silent=True)


def bus_monitor():
    """What passes on the bus, for who looks for a fault: it grows by a megabyte a minute."""
    return Service('bus', 'dbus-monitor', '--system', "sender='org.bluez'", "destination='org.bluez'")


async def until(holds, patience, step=0.05):
    """What `holds` gives once it gives something; TimeoutError after so many seconds."""
    end = time.monotonic() + patience
    while True:
        result = holds()
        if asyncio.iscoroutine(result):
            result = await result
        if result:
            return result
        if time.monotonic() > end:
            raise TimeoutError
        await asyncio.sleep(step)
