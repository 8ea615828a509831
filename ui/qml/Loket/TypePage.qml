pragma ComponentBehavior: Bound

import QtQuick

// Typing a code or a name: what stands there already, then the keys, low and wide, then those that take back.
Page {
    id: page
    readonly property int count: Math.max(1, screen.columns)
    readonly property int lines: Math.ceil(screen.keys.length / count) + 1
    readonly property int keyWidth: Math.floor((column - (count - 1) * Theme.gap) / count)
    readonly property int keyHeight: Theme.landscape ? Math.floor((body.height - (lines - 1) * Theme.gap) / lines) : Theme.mm(Theme.large ? 29 : 35)
    readonly property bool pictured: screen.picture !== ""

    // Ten keys of twenty millimetres ask for more than half of a panel on its side.
    column: Theme.landscape ? Theme.mm(240) : width - 2 * Theme.margin
    leads: !pictured

    Item {
        id: above
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: Theme.landscape ? page.said.height + Theme.mm(8) : 0
        width: page.said.width
        height: (Theme.landscape ? page.end - page.startY - Theme.mm(8) : pad.y - Theme.mm(10)) - y
        Drawn {
            id: picture
            visible: page.pictured
            width: Theme.mm(58)
            height: visible ? Theme.mm(41) : 0
            name: page.screen.picture
        }
        Words {
            visible: page.pictured
            x: picture.width + Theme.mm(12)
            width: parent.width - x
            anchors.verticalCenter: picture.verticalCenter
            size: Theme.landscape ? Theme.body : Theme.button
            text: page.pictured ? page.screen.lead.join("\n") : ""
        }
        Row {
            id: warning
            visible: page.screen.warning !== ""
            y: picture.height + (page.pictured ? Theme.mm(10) : 0)
            width: parent.width
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
                size: Theme.landscape ? Theme.body : Theme.button
                strong: true
                text: page.screen.warning
            }
        }
        Rectangle {
            id: field
            y: parent.height - height
            width: parent.width
            height: Theme.mm(page.pictured ? 38 : Theme.large ? 64 : 46)
            radius: Theme.radius
            color: Theme.surface
            border.width: Theme.strong
            border.color: Theme.accent
            Words {
                readonly property bool much: text.length > 30
                anchors.fill: parent
                anchors.margins: Theme.mm(2)
                anchors.leftMargin: Theme.mm(8)
                anchors.rightMargin: Theme.mm(8)
                size: much ? Theme.body : Theme.head
                strong: true
                text: page.screen.field
                wrapMode: Text.Wrap
            }
            Row {
                anchors.centerIn: parent
                spacing: Theme.mm(6)
                Repeater {
                    model: page.screen.groups.length
                    Row {
                        id: group
                        required property int index
                        readonly property var signs: page.screen.groups[index] ?? []
                        spacing: Theme.mm(3)
                        Rectangle {
                            visible: group.index > 0
                            anchors.verticalCenter: parent.verticalCenter
                            width: Theme.mm(6)
                            height: Theme.mm(1.25)
                            color: Theme.ink
                        }
                        Repeater {
                            model: group.signs.length
                            Item {
                                id: cell
                                required property int index
                                width: Theme.mm(Theme.landscape ? 17 : 20)
                                height: Theme.mm(26)
                                Words {
                                    width: parent.width
                                    height: parent.height - Theme.mm(2)
                                    size: Theme.digit
                                    strong: true
                                    text: group.signs[cell.index] ?? ""
                                    horizontalAlignment: Text.AlignHCenter
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
                }
            }
        }
    }
    Item {
        id: pad
        width: parent.width
        height: page.lines * page.keyHeight + (page.lines - 1) * Theme.gap
        y: parent.height - height
        Repeater {
            model: page.screen.keys.length // a number: a key outlives what it types
            TypeKey {
                required property int index
                choice: page.screen.keys[index] ?? page.screen.keys[0]
                width: page.keyWidth
                height: page.keyHeight
                x: (index % page.count) * (width + Theme.gap)
                y: Math.floor(index / page.count) * (height + Theme.gap)
                size: width > Theme.mm(26) ? Theme.digit : Theme.head
            }
        }
        Repeater {
            id: below
            model: page.screen.extra.length
            TypeKey {
                required property int index
                choice: page.screen.extra[index] ?? page.screen.extra[0]
                width: Math.floor((pad.width - (below.count - 1) * Theme.gap) / below.count)
                height: page.keyHeight
                x: index * (width + Theme.gap)
                y: pad.height - height
                size: Theme.body
            }
        }
    }
}
