pragma ComponentBehavior: Bound

import QtQuick

// Where in a visit this is: four steps, the ones behind us filled.
Row {
    id: steps
    required property int step
    required property var names
    property bool onColour: false
    readonly property color done: onColour ? Theme.white : Theme.accent
    readonly property color ahead: onColour ? Theme.line : Theme.hair

    spacing: Theme.mm(3)

    Repeater {
        model: steps.names
        Column {
            id: part
            required property string modelData
            required property int index
            width: Math.floor((steps.width - 3 * steps.spacing) / 4)
            spacing: Theme.mm(1.5)
            Rectangle {
                width: parent.width
                height: Theme.mm(2)
                color: part.index < steps.step ? steps.done : steps.ahead
            }
            Words {
                width: parent.width
                size: Theme.small
                text: part.modelData
                strong: part.index + 1 === steps.step
                color: steps.onColour ? Theme.white : strong ? Theme.ink : Theme.mute
                wrapMode: Text.NoWrap
            }
        }
    }
}
