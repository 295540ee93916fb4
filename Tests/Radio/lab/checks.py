"""What a run found: a line each, and an exit status."""
import asyncio
import sys
import time
import traceback

BEGAN = time.monotonic()
results = []


def check(what, good, found=''):
    results.append(bool(good))
    print(f"{'ok   ' if good else 'FAIL '} {time.monotonic() - BEGAN:9.2f}  {what}{f'  ({found})' if found != '' else ''}", flush=True)
    return good


def note(*words):
    print(f'      {time.monotonic() - BEGAN:9.2f} ', *words, flush=True)


def run(steps):
    """The whole of a run; whatever it throws is a failure. Ends the process."""
    try:
        asyncio.run(steps())
    except BaseException as error:
        traceback.print_exc()
        check('the run came to its end', False, repr(error))
    if not results:
        check('something was checked', False)
    print(f'{sum(results)} good, {len(results) - sum(results)} bad; {time.monotonic() - BEGAN:.1f} s of the guest', flush=True)
    sys.stdout.flush()
    import os
    os._exit(0 if all(results) else 1)  # bumble leaves tasks behind that nobody waits for
