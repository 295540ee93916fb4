"""How long what bluetoothd has confirmed to a device can still be lost: the gateway is killed so and so long after the confirmation,
and what was confirmed is looked for in its store. With --real-time alone: in virtual time, computing takes no time."""
import asyncio
import os
import signal
import time

from devices import cuffs
from lab import checks
from lab.checks import check, note
from lab.ward import Ward

DELAYS = [0, 2, 5, 10, 20, 50, 100, 200]  # ms
TRIES = 5


class Witness(cuffs.Cuff):
    """Says when its indication was confirmed, in the instant in which it is."""
    confirmed = None

    async def send(self, uuid, value):
        await super().send(uuid, value)
        if self.confirmed:
            self.confirmed()


async def steps():
    cuff = Witness()
    ward = Ward([cuff])
    await ward.open()
    gateway = ward.gateway
    tries = []
    for delay in DELAYS:
        for _ in range(TRIES):
            done = asyncio.Event()

            def confirmed():
                began = time.monotonic_ns()
                # The whole of the lab stands still, and nothing is in the gateway's way.
                if delay:
                    time.sleep(delay / 1000)
                gateway.service.process.send_signal(signal.SIGKILL)
                tries.append((delay, (time.monotonic_ns() - began) / 1e6, cuff.taken[-1].taken))
                done.set()
            cuff.confirmed = confirmed
            await cuff.take_measurement()
            await asyncio.wait_for(done.wait(), 60)
            cuff.confirmed = None
            gateway.service.process.wait()
            gateway.start()
            await gateway.ready()
            await asyncio.sleep(2)
    stored = {reading['deviceTime'] for reading in gateway.readings() if reading['kind'] == 'blood-pressure'}
    for delay in DELAYS:
        mine = [(actual, taken.isoformat() in stored) for asked, actual, taken in tries if asked == delay]
        note(f'killed {min(actual for actual, _ in mine):.1f} to {max(actual for actual, _ in mine):.1f} ms after the confirmation: '
             f'{sum(kept for _, kept in mine)} of {len(mine)} kept')
    lost = [actual for _, actual, taken in tries if taken.isoformat() not in stored]
    note(f'the latest that was lost: {max(lost, default=0):.1f} ms')
    check('what was killed a fifth of a second after its confirmation is kept', all(
        taken.isoformat() in stored for asked, _, taken in tries if asked == 200))
    check('the ledger adds up', bool(gateway.ask('ledger', 'verify')))
    # Killed it says no word.
    os.kill(gateway.service.process.pid, signal.SIGTERM)


checks.run(steps)
