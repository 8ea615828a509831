pragma ComponentBehavior: Bound

import QtQuick

// A page of a document as it will be on paper, in a blur until it is touched. Upright a whole page, on its side half of one.
Page {
    id: page
    readonly property var sheet: screen.sheet
    readonly property real shape: sheet.drawing ? sheet.drawing.height / sheet.drawing.width : 297 / 210
    readonly property int room: body.height - (Theme.landscape ? 0 : pager.height + Theme.mm(6))
    // Two halves share a strip of the page, so that no line is cut in both.
    readonly property int wide: Math.min(column, Math.round(room * (Theme.landscape ? 1.85 : 1) / shape))
    readonly property int high: Math.round(wide * shape)

    Rectangle {
        id: paper
        x: Math.round((page.body.width - width) / 2)
        width: page.wide
        height: Math.min(page.high, page.room)
        color: Theme.paper
        clip: true
        Image {
            y: page.sheet.lower ? paper.height - height : 0
            width: page.wide
            height: page.high
            source: page.sheet.drawing && width > 0 && height > 0 ? `image://page/${page.sheet.page}/${page.sheet.clear ? "clear" : "veiled"}/${width}x${height}` : ""
            cache: false // nothing of it stays when this page is gone
            Accessible.ignored: true
        }
        Words {
            anchors.centerIn: parent
            width: parent.width - Theme.mm(28)
            text: page.screen.warning
            size: Theme.button
            color: Theme.dark
            horizontalAlignment: Text.AlignHCenter
        }
    }
    Repeater {
        model: page.screen.rows
        Target {
            id: glass
            required property var modelData
            choice: modelData
            x: paper.x
            width: paper.width
            height: paper.height
            background: Rectangle {
                color: "transparent"
                border.width: glass.lit ? Theme.mm(1.5) : Theme.edge
                border.color: glass.lit ? Theme.accent : Theme.line
            }
            contentItem: Item {
                Rectangle {
                    visible: !page.sheet.clear
                    anchors.centerIn: parent
                    width: plate.width + Theme.mm(18)
                    height: Theme.target
                    radius: Theme.radius
                    color: glass.lit ? Theme.accent : Theme.surface
                    border.width: Theme.strong
                    border.color: Theme.accent
                    Row {
                        id: plate
                        anchors.centerIn: parent
                        spacing: Theme.mm(5)
                        Drawn {
                            width: Theme.mm(14)
                            height: width
                            anchors.verticalCenter: parent.verticalCenter
                            name: glass.choice.icon
                            it: glass.lit ? "white" : "accent"
                        }
                        Words {
                            anchors.verticalCenter: parent.verticalCenter
                            size: Theme.button
                            strong: true
                            text: page.sheet.clear ? "" : glass.choice.label
                            color: glass.lit ? Theme.white : Theme.accent
                            Accessible.ignored: true
                        }
                    }
                }
            }
        }
    }
    Item {
        id: pager
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: Theme.landscape ? page.said.height + Theme.mm(8) : parent.height - height
        width: page.column
        height: Theme.landscape ? page.end - Theme.mm(8) - page.body.y - y : Math.max(Theme.mm(24), where.height)
        Column {
            id: where
            width: parent.width - (Theme.landscape ? 0 : turn.width + Theme.gap)
            y: Theme.landscape ? 0 : Math.round((parent.height - height) / 2)
            Words {
                width: parent.width
                strong: true
                text: page.screen.hint
            }
            Words {
                width: parent.width
                visible: text !== ""
                text: page.sheet.clear && page.screen.rows.length > 0 ? page.screen.rows[0].label : ""
                color: Theme.mute
                Accessible.ignored: true // the page itself says so
            }
        }
        Row {
            id: turn
            x: Theme.landscape ? 0 : parent.width - width
            y: parent.height - height
            height: Theme.landscape ? Theme.target : Theme.mm(24)
            spacing: Theme.gap
            Repeater {
                model: page.screen.extra
                ActionButton {
                    required property var modelData
                    choice: modelData
                    height: turn.height
                    width: implicitWidth
                }
            }
        }
    }
}
