import Alarms
import BlueZ
import DeviceProfiles
import MQTT
import Readings
import Sinks
import Store

/// Something that happened, for those who watch: the log, the console, tests. Told only after it is on the disk.
package enum GatewayEvent: Sendable {
    case started(gateway: String)
    case source(String, MQTTEvent)
    case reading(FiledReading)
    case quarantined(FiledReading, code: String, detail: String)
    case duplicate(DeviceID, ReadingIdentity)
    /// A frame or a message that became no reading.
    case refused(source: String, device: DeviceID?, code: String, detail: String)
    case alarm(AlarmEvent)
    /// Our own clock became right: what had been dated by it before was told again.
    case restamped(frames: Int, readings: Int)
    case delivered(sink: String, Delivery)
    case deadLetter(sink: String, Delivery, reason: String)
    case sinkWaits(String, reason: String)
    case sinkRecovered(String)
    /// The batch was not acknowledged: its source will send it again.
    case commitFailed(source: String, reason: String)
    /// This machine's own radio comes, goes or is mended.
    case radio(RadioEvent)
    /// At the socket of a source whose listener is another program.
    case listener(String, ListenerEvent)
    /// Something changed with the bond of a device.
    case bond(DeviceID, BondNews)
    /// A device was connected and asked.
    case session(SessionReport)
    /// How far a device's clock was from ours.
    case clock(DeviceID, ClockOffset)
    /// Profiles and keys were read again, and are in force.
    case reloaded(Changeover)
    /// What was read again is not good, and all that was there before goes on: every problem in a sentence.
    case reloadRefused([String])
    /// A device is enrolled with a key that cannot be read: what it encrypts is refused until it can.
    case keyUnusable(String)
    /// What was erased of persons: what is older than it is to be kept, or what was begun and cut off.
    case erased(readings: Int)
    /// It could not be; it is tried again a day later.
    case erasingFailed(String)
    /// The bodies of so many frames went to make room.
    case thinned(Thinning.Cause, frames: Int)
    /// The database has come near its greatest size, in bytes, and nothing is left in it that may go.
    case overfull(used: Int64, most: Int64)
    /// Making room failed; it is tried again.
    case housekeepingFailed(String)
    /// The file of the database is damaged, was saved, or has no room.
    case store(StoreEvent)
    /// Another gateway on the broker has our id.
    case cloneSeen(sink: String, detail: String)
}

/// Who watches.
package typealias GatewayObserver = @Sendable (GatewayEvent) -> Void
