/// What bluetoothd calls its things: doc/*-api.txt of BlueZ 5.66.
enum Words {
    static let daemon = "org.bluez"
    static let adapter = "org.bluez.Adapter1"
    static let device = "org.bluez.Device1"
    static let characteristic = "org.bluez.GattCharacteristic1"
    static let agent = "org.bluez.Agent1"
    static let agents = "org.bluez.AgentManager1"
    static let root = "/org/bluez"

    static let bus = "org.freedesktop.DBus"
    static let objects = "org.freedesktop.DBus.ObjectManager"
    static let properties = "org.freedesktop.DBus.Properties"

    /// Where our own pairing agent stands on the bus.
    static let agentPath = "/org/vitalgate/agent"

    static let matches = [
        "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.ObjectManager'",
        "type='signal',sender='org.bluez',interface='org.freedesktop.DBus.Properties',member='PropertiesChanged'",
        "type='signal',sender='org.freedesktop.DBus',member='NameOwnerChanged',arg0='org.bluez'",
    ]
}
