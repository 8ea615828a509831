pragma ComponentBehavior: Bound

import QtQuick

// The other services of the hall, one row each, with their state. Touching one leads to how it works; what can be touched
// comes after the first frame, for before that nobody is there to answer.
Rectangle {
    id: box
    required property var services
    property bool dashed: false
    property int rowHeight: Theme.mm(33)
    readonly property bool below: Theme.large // the state stands below the name, and takes the place of the place

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
            readonly property Target target: touched.item as Target
            readonly property bool lit: target?.lit ?? false
            y: index * box.rowHeight
            z: target?.visualFocus ? 1 : 0 // its ring lies over its neighbours
            width: box.width
            height: box.rowHeight
            Rectangle {
                anchors.fill: parent
                visible: row.lit
                radius: Theme.radius
                color: Theme.accent
            }
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
                it: row.lit ? "white" : "ink"
            }
            Column {
                anchors.verticalCenter: parent.verticalCenter
                x: Theme.mm(30)
                width: (box.below ? parent.width - Theme.mm(18) : status.x - Theme.mm(5)) - x
                spacing: box.below ? Theme.mm(1) : 0
                Words {
                    width: parent.width
                    size: Theme.button
                    strong: true
                    text: row.modelData.name
                    color: row.lit ? Theme.white : Theme.ink
                    wrapMode: Text.NoWrap
                    fontSizeMode: Text.HorizontalFit
                    minimumPixelSize: Theme.small
                }
                Words {
                    width: parent.width
                    visible: !box.below
                    size: Theme.small
                    text: row.modelData.place
                    color: row.lit ? Theme.white : Theme.mute
                }
                Item {
                    id: under
                    width: parent.width
                    height: box.below ? word.implicitHeight : 0
                }
            }
            Item {
                id: status
                parent: box.below ? under : row
                width: word.implicitWidth
                height: word.implicitHeight
                x: box.below ? 0 : parent.width - width - Theme.mm(21)
                anchors.verticalCenter: parent.verticalCenter
                Status {
                    id: word
                    mark: row.modelData.mark
                    word: row.modelData.state
                    size: box.below ? Theme.small : Theme.body
                    ink: row.lit ? Theme.white : Theme.ink
                }
            }
            Drawn {
                x: parent.width - width - Theme.mm(8)
                anchors.verticalCenter: parent.verticalCenter
                width: Theme.mm(8)
                height: width
                name: Theme.settled ? "icon-chevron" : ""
                it: row.lit ? "white" : "ink"
            }
            Loader {
                id: touched
                anchors.fill: parent
                active: Theme.settled
                sourceComponent: Target {
                    choice: row.modelData.choice
                }
            }
        }
    }
}
