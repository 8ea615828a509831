pragma Singleton
import QtQuick

// The templates' end of ui/bridge.py: the screen comes in, touches go out (Main.qml carries both).
QtObject {
    property var screen: null
    property var header: ({
            "town": "",
            "name": "",
            "time": "",
            "day": "",
            "steps": []
        })
    property var bar: []
    signal touched(string choice, real x, real y)
    signal digitTyped(int digit)
    signal focused(string choice)
    property string focus: "" // the choice that a key came to last
}
