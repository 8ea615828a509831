pragma ComponentBehavior: Bound

import QtQuick

// Typing a code or a name: what stands there already, then the keys, then the keys that take back.
Page {
    id: page
    readonly property int count: Math.max(1, screen.columns)
    readonly property int lines: Math.ceil(screen.keys.length / count)
    readonly property int keyWidth: Math.floor((column - (count - 1) * keyGap) / count)
    readonly property int keyGap: count > 8 ? Theme.mm(2.5) : Theme.gap
    readonly property int eraseHeight: Theme.mm(Theme.landscape ? 20 : 26)
    readonly property int room: body.height - keys.y - eraseHeight - Theme.mm(6)
    readonly property int keyHeight: Math.min(Theme.mm(32), Math.floor((room - (lines - 1) * keyGap) / lines))

    Row {
        id: warning
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: Theme.landscape ? page.said.height + Theme.mm(8) : 0
        visible: page.screen.warning !== ""
        width: page.column
        height: visible ? Math.max(Theme.mm(16), words.height) : 0
        spacing: Theme.mm(5)
        Drawn {
            width: Theme.mm(16)
            height: Theme.mm(15)
            name: "sign-warning"
            anchors.verticalCenter: parent.verticalCenter
        }
        Words {
            id: words
            width: parent.width - Theme.mm(21)
            anchors.verticalCenter: parent.verticalCenter
            strong: true
            text: page.screen.warning
        }
    }
    Rectangle {
        id: field
        y: Theme.landscape ? 0 : warning.height + (warning.visible ? Theme.mm(8) : 0)
        width: parent.width
        height: Theme.mm(30)
        radius: Theme.radius
        color: Theme.surface
        border.width: Theme.strong
        border.color: Theme.ink
        Words {
            anchors.fill: parent
            anchors.leftMargin: Theme.mm(8)
            anchors.rightMargin: Theme.mm(8)
            size: Theme.digit
            strong: true
            text: page.screen.field
            wrapMode: Text.NoWrap
            fontSizeMode: Text.HorizontalFit
            minimumPixelSize: Theme.small
            font.letterSpacing: page.screen.columns > 8 ? 0 : Theme.mm(2)
            horizontalAlignment: page.screen.columns > 8 ? Text.AlignLeft : Text.AlignHCenter
        }
    }
    Grid {
        id: keys
        y: field.y + field.height + Theme.mm(8)
        columns: page.count
        spacing: page.keyGap
        Repeater {
            model: page.screen.keys
            Target {
                id: key
                required property var modelData
                choice: modelData
                width: page.keyWidth
                height: page.keyHeight
                background: Rectangle {
                    radius: Theme.radius
                    color: key.lit ? Theme.ink : Theme.surface
                    border.width: Theme.edge
                    border.color: Theme.ink
                }
                contentItem: Words {
                    size: Theme.button
                    strong: true
                    text: key.choice.label
                    color: key.lit ? Theme.white : Theme.ink
                    horizontalAlignment: Text.AlignHCenter
                    Accessible.ignored: true
                }
            }
        }
    }
    Row {
        y: keys.y + keys.height + Theme.mm(6)
        spacing: Theme.gap
        Repeater {
            id: erasers
            model: page.screen.extra
            ActionButton {
                required property var modelData
                choice: modelData
                height: page.eraseHeight
                width: Math.floor((page.column - (erasers.count - 1) * Theme.gap) / erasers.count)
            }
        }
    }
}
