import QtQuick

// A row of the list: an arrow for one document, a box where several are chosen, dashed with its reason when it cannot
// be had. What is only there to be read has a mark and a line, and no edge: nothing invites a finger.
Target {
    id: row
    readonly property bool boxed: typeof choice.ticked === "boolean"
    readonly property bool ticked: choice.ticked === true
    readonly property bool available: choice.enabled
    readonly property bool read: available && !choice.live
    readonly property bool marked: read || !available
    readonly property color front: lit ? Theme.white : available ? Theme.ink : Theme.mute

    implicitHeight: Math.max(Theme.mm(36), texts.height + Theme.mm(10))

    background: Rectangle {
        radius: Theme.radius
        color: row.lit ? Theme.accent : row.ticked ? Theme.tint : row.available && !row.read ? Theme.surface : "transparent"
        border.width: row.marked ? 0 : row.ticked ? Theme.mm(1.5) : Theme.hairline
        border.color: row.ticked ? Theme.accent : Theme.line
        Dashed {
            anchors.fill: parent
            visible: !row.available
        }
        Rectangle {
            visible: row.read
            y: parent.height + Math.round((Theme.gap - height) / 2)
            width: parent.width
            height: Theme.hairline
            color: Theme.line
        }
    }
    contentItem: Item {
        Rectangle {
            visible: row.boxed && row.available
            x: Theme.mm(9)
            width: Theme.mm(16)
            height: width
            anchors.verticalCenter: parent.verticalCenter
            radius: Theme.mm(1)
            color: row.ticked ? Theme.accent : Theme.surface
            border.width: Theme.strong
            border.color: row.ticked ? Theme.accent : Theme.ink
            Drawn {
                anchors.centerIn: parent
                width: Theme.mm(11)
                height: width
                name: row.ticked ? "icon-tick" : ""
                it: "white"
            }
        }
        Drawn {
            visible: row.marked
            x: Theme.mm(row.read ? 0 : 11)
            width: Theme.mm(12)
            height: width
            anchors.verticalCenter: parent.verticalCenter
            name: row.marked ? row.choice.icon : ""
        }
        Column {
            id: texts
            x: Theme.mm(row.read ? 21 : row.boxed || row.marked ? 33 : 10)
            width: parent.width - x - Theme.mm(row.read ? 0 : row.boxed || row.marked ? 8 : 24)
            anchors.verticalCenter: parent.verticalCenter
            Words {
                width: parent.width
                size: Theme.button
                strong: row.available
                text: row.choice.label
                color: row.front
                Accessible.ignored: true
            }
            Words {
                width: parent.width
                text: row.choice.description
                visible: text !== ""
                color: row.front
                Accessible.ignored: true
            }
        }
        Drawn {
            visible: !row.marked && !row.boxed
            x: parent.width - width - Theme.mm(8)
            width: Theme.mm(10)
            height: width
            anchors.verticalCenter: parent.verticalCenter
            name: !row.marked && !row.boxed ? row.choice.icon : ""
            it: row.lit ? "white" : "accent"
        }
    }
}
