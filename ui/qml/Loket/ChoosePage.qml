pragma ComponentBehavior: Bound

import QtQuick

// The list: pages, no scrolling.
Page {
    id: page
    readonly property int below: (pager.visible ? pager.height + Theme.gap : 0) + (qr.active && !Theme.landscape ? qr.height + Theme.gap : 0)

    // Where controls stand low, all of them share what a hand reaches.
    readonly property int reach: Theme.reached ? Theme.mm(278) - (height - body.y - body.height) : body.height
    readonly property int room: Math.min(body.height, reach) - below
    readonly property int asked: Array.from(rows.children, row => row.implicitHeight ?? 0).reduce((sum, one) => sum + one, 0) + Theme.gap * (screen.rows.length - 1)

    Column {
        id: rows
        y: Theme.reached ? page.body.height - page.below - height - (pager.visible ? Theme.mm(2) : 0) : 0
        width: parent.width
        spacing: Theme.gap
        Repeater {
            model: page.screen.rows
            ChoiceRow {
                required property var modelData
                choice: modelData
                width: rows.width
                height: page.asked <= page.room ? implicitHeight : Math.min(implicitHeight, Math.floor((page.room + Theme.gap) / page.screen.rows.length) - Theme.gap)
            }
        }
    }
    Item {
        id: pager
        visible: page.screen.hint !== ""
        y: rows.y + rows.height + Theme.mm(6)
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
    Loader {
        id: qr
        active: !!page.screen.qr
        // Upright below the list; on its side below what is said.
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: Theme.landscape ? page.said.height + Theme.mm(12) : page.body.height - height
        width: page.said.width
        sourceComponent: CounterBlock {
            qr: page.screen.qr
        }
    }
}
