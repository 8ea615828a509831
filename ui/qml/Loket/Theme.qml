pragma Singleton
import QtQuick

// What everything is painted with. Main.qml fills it from ui/app.py before the frame is made: colours from the town, sizes from the panel.
QtObject {
    property real density: 1 // pixels a millimetre
    property bool landscape: false
    property bool contrast: false // the theme for whom the town's colours do not differ enough
    property bool large: false // the larger letters
    property bool low: false // everything to touch stands within 280 mm of the lower edge
    property bool settled: false // the first frame is on the glass: what may come later, comes now
    property string family: ""

    property color ground
    property color surface
    property color ink
    property color white
    property color paper
    property color dark // on what asks for attention
    property color band
    property color bandText
    property color mute
    property color line
    property color hair
    property color steel
    property color attention
    property color open
    property color out
    property color accent
    property color accentDeep
    property color tint
    property color ribbon

    property int act: 1
    property int digit: 1
    property int title: 1
    property int head: 1
    property int button: 1
    property int body: 1
    property int small: 1

    readonly property bool reached: low && !landscape // on its side a panel is low enough as it is
    readonly property int margin: mm(14)
    readonly property int gap: mm(4) // between separate targets
    readonly property int target: mm(28) // height of a button
    readonly property int header: mm(large && !landscape ? 36 : 28) // height of the band at the top
    readonly property int bar: mm(landscape ? 30 : large ? 44 : 35) // height of the bar at the bottom
    readonly property int radius: mm(2)
    readonly property int strong: mm(1)
    readonly property int edge: mm(0.75)
    readonly property int hairline: mm(0.5)

    function mm(length: real): int {
        return Math.round(length * density);
    }
}
