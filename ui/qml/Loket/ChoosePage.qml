pragma ComponentBehavior: Bound

import QtQuick

// The list: pages, no scrolling.
Page {
    id: page

    Column {
        id: rows
        width: parent.width
        spacing: Theme.gap
        Repeater {
            model: page.screen.rows
            ChoiceRow {
                required property var modelData
                choice: modelData
                width: rows.width
                height: Math.min(implicitHeight, Math.floor((page.body.height - (pager.visible ? pager.height + Theme.gap : 0) + Theme.gap) / page.screen.rows.length) - Theme.gap)
            }
        }
    }
    Item {
        id: pager
        visible: page.screen.hint !== ""
        y: rows.height + Theme.mm(6)
        width: parent.width
        height: Theme.mm(24)
        Words {
            anchors.verticalCenter: parent.verticalCenter
            width: parent.width - turn.width - Theme.gap
            text: page.screen.hint
        }
        Row {
            id: turn
            anchors.right: parent.right
            spacing: Theme.gap
            Repeater {
                model: page.screen.extra
                ActionButton {
                    required property var modelData
                    choice: modelData
                    height: pager.height
                    width: implicitWidth
                }
            }
        }
    }
}
