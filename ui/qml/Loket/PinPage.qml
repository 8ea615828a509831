pragma ComponentBehavior: Bound

import QtQuick

// The PIN pad: centred, so that one hand can cover it. Only how many digits there are is known here.
Page {
    id: page
    readonly property int lines: Math.min(12, Math.max(4, screen.typed))
    readonly property int keyHeight: Theme.landscape ? Math.floor((body.height - 3 * Theme.gap) / 4) : Theme.mm(35)

    leads: false

    Item {
        id: cover
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: Theme.landscape ? page.said.height + Theme.mm(8) : 0
        width: page.column
        height: Theme.landscape ? parent.height - y : pad.y - Theme.mm(8)
        Drawn {
            id: hand
            width: Theme.mm(58)
            height: Theme.mm(41)
            name: page.screen.picture
        }
        Words {
            x: hand.width + Theme.mm(12)
            width: parent.width - x
            anchors.verticalCenter: hand.verticalCenter
            size: Theme.landscape ? Theme.body : Theme.button
            text: page.screen.lead.join("\n")
        }
        Row {
            id: warning
            visible: page.screen.warning !== ""
            y: hand.height + Theme.mm(10)
            width: parent.width
            height: visible ? implicitHeight : 0
            spacing: Theme.mm(5)
            Drawn {
                id: triangle
                width: Theme.mm(16)
                height: Theme.mm(15)
                name: "sign-warning"
                anchors.verticalCenter: parent.verticalCenter
            }
            Words {
                width: parent.width - triangle.width - parent.spacing
                anchors.verticalCenter: parent.verticalCenter
                size: Theme.button
                strong: true
                text: page.screen.warning
            }
        }
        Column {
            width: parent.width
            y: warning.y + warning.height + Math.round((parent.height - warning.y - warning.height - height) / 2)
            spacing: Theme.mm(4)
            Row {
                id: dots
                anchors.horizontalCenter: parent.horizontalCenter
                spacing: Theme.mm(page.lines > 6 ? 4 : 7)
                Repeater {
                    model: page.lines
                    Item {
                        id: dot
                        required property int index
                        width: Theme.mm(page.lines > 6 ? 13 : 18)
                        height: Theme.mm(16)
                        Rectangle {
                            visible: dot.index < page.screen.typed
                            anchors.horizontalCenter: parent.horizontalCenter
                            width: Theme.mm(10)
                            height: width
                            radius: width / 2
                            color: Theme.ink
                        }
                        Rectangle {
                            y: parent.height - height
                            width: parent.width
                            height: Theme.mm(1.25)
                            color: Theme.ink
                        }
                    }
                }
            }
            Words {
                width: parent.width
                text: page.screen.hint
                color: Theme.mute
                horizontalAlignment: Text.AlignHCenter
            }
        }
    }
    Item {
        id: pad
        width: Theme.mm(169)
        height: 4 * page.keyHeight + 3 * Theme.gap
        anchors.horizontalCenter: parent.horizontalCenter
        y: parent.height - height
        Repeater {
            model: [1, 2, 3, 4, 5, 6, 7, 8, 9, 0]
            PinKey {
                required property int modelData
                required property int index
                digit: modelData
                width: Theme.mm(53)
                height: page.keyHeight
                x: (index === 9 ? 1 : index % 3) * (pad.width - width) / 2
                y: Math.floor(index / 3) * (height + Theme.gap)
            }
        }
        Repeater {
            model: 2
            Target {
                id: erase
                required property int index
                choice: page.screen.keys[index]
                width: Theme.mm(53)
                height: page.keyHeight
                x: index * (pad.width - width)
                y: 3 * (height + Theme.gap)
                background: Rectangle {
                    radius: Theme.radius
                    color: erase.lit ? Theme.ink : erase.choice.enabled ? Theme.surface : "transparent"
                    border.width: erase.choice.enabled ? Theme.edge : 0
                    border.color: Theme.ink
                    Dashed {
                        anchors.fill: parent
                        visible: !erase.choice.enabled
                    }
                }
                contentItem: Words {
                    strong: true
                    text: erase.choice.label.replace(" ", "\n")
                    lineHeight: Math.round(size * (Theme.large ? 1.05 : 1.25)) // two lines on one key
                    color: erase.lit ? Theme.white : erase.choice.enabled ? Theme.ink : Theme.mute
                    horizontalAlignment: Text.AlignHCenter
                    Accessible.ignored: true
                }
            }
        }
    }
}
