pragma ComponentBehavior: Bound

import QtQuick

// Facts: name left, values right.
Rectangle {
    id: list
    required property var facts
    property bool tight: false
    readonly property int size: !tight ? Theme.button : Theme.landscape ? Theme.small : Theme.body

    height: rows.height
    radius: Theme.radius
    color: Theme.surface
    border.width: Theme.hairline
    border.color: Theme.line

    Column {
        id: rows
        width: parent.width
        Repeater {
            model: list.facts
            Item {
                id: fact
                required property var modelData
                required property int index
                width: rows.width
                height: values.height + 2 * Theme.mm(list.tight ? 3 : Theme.landscape ? (Theme.large ? 3 : 5) : 7.5)
                Rectangle {
                    visible: fact.index > 0
                    x: Theme.hairline
                    width: parent.width - 2 * x
                    height: Theme.hairline
                    color: Theme.hair
                }
                Words {
                    x: Theme.mm(9)
                    y: values.y
                    width: values.x - x - Theme.mm(3)
                    size: list.size
                    text: fact.modelData.name
                    color: Theme.mute
                }
                Column {
                    id: values
                    x: Theme.mm(Theme.landscape ? (Theme.large ? 70 : 58) : Theme.large ? 82 : 69)
                    width: parent.width - x - Theme.mm(8)
                    anchors.verticalCenter: parent.verticalCenter
                    spacing: Theme.mm(list.tight ? 0 : 3)
                    Repeater {
                        model: fact.modelData.values
                        Words {
                            required property var modelData
                            width: values.width
                            size: list.size
                            strong: modelData.strong
                            text: modelData.text
                        }
                    }
                }
            }
        }
    }
}
