"""Bytes as devices write them."""
import struct


def u8(number):
    return struct.pack('<B', number)


def u16(number):
    return struct.pack('<H', number)


def sfloat(digits, exponent=0):
    """IEEE 11073 SFLOAT: 12 bits of digits, 4 of exponent."""
    return struct.pack('<H', (digits & 0xFFF) | (exponent & 0xF) << 12)


def float32(digits, exponent=0):
    """IEEE 11073 FLOAT: 24 bits of digits, 8 of exponent."""
    return struct.pack('<I', (digits & 0xFFFFFF) | (exponent & 0xFF) << 24)


def date_time(at):
    """The SIG's Date Time (2A08)."""
    return struct.pack('<HBBBBB', at.year, at.month, at.day, at.hour, at.minute, at.second)


def full_uuid(uuid):
    """As bluetoothd writes it: 36 characters."""
    return uuid.lower() if len(uuid) == 36 else f'0000{uuid.lower()}-0000-1000-8000-00805f9b34fb'
