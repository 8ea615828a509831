pragma ComponentBehavior: Bound

import QtQuick

// Where in a visit this is: four steps, the ones behind us filled; in large letters only this one has its name.
Column {
    id: steps
    required property int step
    required property var names
    property bool onColour: false
    readonly property color done: onColour ? Theme.white : Theme.accent
    readonly property color ahead: onColour ? Theme.line : Theme.hair

    spacing: Theme.mm(1.5)

    Row {
        id: bars
        width: parent.width
        spacing: Theme.mm(3)
        readonly property int part: Math.floor((width - 3 * spacing) / 4)
        Repeater {
            model: steps.names.length
            Rectangle {
                required property int index
                width: bars.part
                height: Theme.mm(Theme.contrast && index >= steps.step ? 0.75 : 2)
                color: index < steps.step ? steps.done : steps.ahead
            }
        }
    }
    Row {
        width: parent.width
        spacing: bars.spacing
        Repeater {
            model: Theme.large ? steps.names.slice(steps.step - 1, steps.step) : steps.names
            Words {
                required property string modelData
                required property int index
                width: Theme.large ? steps.width : bars.part
                size: Theme.small
                text: modelData
                strong: Theme.large || index + 1 === steps.step
                color: steps.onColour ? Theme.white : strong ? Theme.ink : Theme.mute
                wrapMode: Text.NoWrap
            }
        }
    }
}
