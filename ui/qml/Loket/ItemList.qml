pragma ComponentBehavior: Bound

import QtQuick

// What became of each document, one row each.
Rectangle {
    id: list
    required property var items
    property bool tight: false
    readonly property bool dense: tight && Theme.large && Theme.landscape // a code stands after its word, not beside it

    height: rows.height
    radius: Theme.radius
    color: Theme.surface
    border.width: Theme.hairline
    border.color: Theme.line

    Column {
        id: rows
        width: parent.width
        Repeater {
            model: list.items
            Item {
                id: row
                required property var modelData
                required property int index
                width: rows.width
                height: texts.height + 2 * Theme.mm(!list.tight ? 5 : Theme.large ? 0.75 : 2)
                Rectangle {
                    visible: row.index > 0
                    x: Theme.hairline
                    width: parent.width - 2 * x
                    height: Theme.hairline
                    color: Theme.hair
                }
                Drawn {
                    x: Theme.mm(9)
                    width: Theme.mm(13)
                    height: width
                    anchors.verticalCenter: parent.verticalCenter
                    name: row.modelData.mark
                }
                Words {
                    id: code
                    visible: text !== "" && !list.dense
                    x: parent.width - width - Theme.mm(8)
                    anchors.verticalCenter: parent.verticalCenter
                    size: Theme.button
                    strong: true
                    text: row.modelData.code
                }
                Column {
                    id: texts
                    x: Theme.mm(30)
                    width: (code.visible ? code.x : parent.width) - x - Theme.mm(8)
                    anchors.verticalCenter: parent.verticalCenter
                    Words {
                        width: parent.width
                        size: !list.tight ? Theme.button : list.dense ? Theme.small : Theme.body
                        strong: true
                        text: row.modelData.title
                    }
                    Words {
                        width: parent.width
                        size: list.tight ? Theme.small : Theme.body
                        strong: !list.tight
                        text: row.modelData.status + (list.dense && row.modelData.code !== "" ? ": " + row.modelData.code : "") + (list.tight && row.modelData.detail !== "" ? ". " + row.modelData.detail : "")
                    }
                    Words {
                        width: parent.width
                        visible: text !== ""
                        text: list.tight ? "" : row.modelData.detail
                        color: Theme.mute
                    }
                }
            }
        }
    }
}
