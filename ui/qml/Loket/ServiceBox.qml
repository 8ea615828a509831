pragma ComponentBehavior: Bound

import QtQuick

// The other services of the hall, one row each, with their state; not something to touch.
Rectangle {
    id: box
    required property var services
    property bool dashed: false
    property int rowHeight: Theme.mm(33)

    height: services.length * rowHeight
    radius: Theme.radius
    color: dashed ? "transparent" : Theme.surface
    border.width: dashed ? 0 : Theme.hairline
    border.color: Theme.line

    Dashed {
        anchors.fill: parent
        visible: box.dashed
    }
    Repeater {
        model: box.services
        Item {
            id: row
            required property var modelData
            required property int index
            y: index * box.rowHeight
            width: box.width
            height: box.rowHeight
            Rectangle {
                visible: row.index > 0
                x: Theme.hairline
                width: parent.width - 2 * x
                height: Theme.hairline
                color: Theme.hair
            }
            Drawn {
                id: icon
                x: Theme.mm(9)
                anchors.verticalCenter: parent.verticalCenter
                width: Theme.mm(15)
                height: width
                name: row.modelData.icon
            }
            Column {
                anchors.verticalCenter: parent.verticalCenter
                x: Theme.mm(30)
                width: parent.width - x - status.width - Theme.mm(14)
                Words {
                    width: parent.width
                    size: Theme.button
                    strong: true
                    text: row.modelData.name
                    wrapMode: Text.NoWrap
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.small
                }
                Words {
                    width: parent.width
                    size: Theme.small
                    text: row.modelData.place
                    color: Theme.mute
                }
            }
            Item {
                id: status
                width: word.implicitWidth
                height: word.implicitHeight
                x: parent.width - width - Theme.mm(9)
                anchors.verticalCenter: parent.verticalCenter
                Status {
                    id: word
                    mark: row.modelData.mark
                    word: row.modelData.state
                }
            }
        }
    }
}
