pragma ComponentBehavior: Bound

import QtQuick

// The compartments as they hang, one of them lit: its number stands on it.
Page {
    id: page
    readonly property int columns: screen.wall.length
    readonly property int tallest: Math.max(1, ...screen.wall.map((column) => column.reduce((sum, cell) => sum + cell.units, 0)))
    // A door is about as wide as the highest is high; a wall of a few does not fill the page.
    readonly property int unit: Math.min(Theme.mm(14), Math.floor(stage.height / tallest))
    readonly property int wide: Math.min(Theme.mm(60), Math.floor((body.width - Theme.mm(2) * (columns - 1)) / Math.max(1, columns)))

    Item {
        id: stage
        width: parent.width
        height: parent.height - (more.count > 0 ? Theme.target + Theme.mm(6) : 0)
    }
    Row {
        y: parent.height - height
        spacing: Theme.gap
        Repeater {
            id: more
            model: page.screen.extra
            ActionButton {
                required property var modelData
                choice: modelData
            }
        }
    }
    Row {
        anchors.centerIn: stage
        spacing: Theme.mm(2)
        Repeater {
            model: page.screen.wall
            Column {
                id: column
                required property var modelData
                Repeater {
                    model: column.modelData
                    Rectangle {
                        id: door
                        required property var modelData
                        readonly property bool lit: modelData.lit
                        width: page.wide
                        height: modelData.units * page.unit
                        color: lit ? Theme.accent : Theme.surface
                        border.width: lit ? Theme.strong : Theme.hairline
                        border.color: lit ? Theme.accent : Theme.line
                        Rectangle {
                            // The handle: on the right, as on most.
                            visible: door.height > Theme.mm(8)
                            x: parent.width - width - Theme.mm(3)
                            y: Math.round((parent.height - height) / 2)
                            width: Theme.mm(1.5)
                            height: Math.min(Theme.mm(8), Math.round(parent.height / 2))
                            color: door.lit ? Theme.white : Theme.line
                        }
                        Words {
                            readonly property int room: parent.width - Theme.mm(14)
                            x: Theme.mm(4)
                            anchors.verticalCenter: parent.verticalCenter
                            visible: implicitWidth <= room && implicitHeight <= parent.height - Theme.mm(1)
                            width: room
                            size: door.lit && parent.height > Theme.head * 1.5 && room > Theme.head * 2 ? Theme.head : Theme.small
                            strong: door.lit
                            text: door.modelData.number
                            color: door.lit ? Theme.white : Theme.ink
                            Accessible.ignored: true
                        }
                    }
                }
            }
        }
    }
}
