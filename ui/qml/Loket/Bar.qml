pragma ComponentBehavior: Bound

import QtQuick

// The bar: equal cells, always in the same place. A cell that cannot be touched is plain text.
Rectangle {
    id: bar
    required property var choices
    readonly property bool wide: Theme.landscape

    height: Theme.bar
    color: Theme.surface

    Row {
        anchors.fill: parent
        anchors.topMargin: Theme.strong
        Repeater {
            model: bar.choices
            Target {
                id: cell
                required property var modelData
                required property int index
                choice: modelData
                width: Math.floor(bar.width / bar.choices.length)
                height: parent.height
                background: Rectangle {
                    color: !cell.choice.live ? Theme.ground : cell.lit ? Theme.ink : Theme.surface
                    Rectangle {
                        visible: cell.index > 0
                        width: Theme.hairline
                        height: parent.height
                        color: Theme.hair
                    }
                }
                contentItem: Item {
                    Grid {
                        anchors.centerIn: parent
                        columns: bar.wide && cell.choice.icon !== "" ? 2 : 1
                        spacing: Theme.mm(columns > 1 ? 4 : 1)
                        horizontalItemAlignment: Grid.AlignHCenter
                        verticalItemAlignment: Grid.AlignVCenter
                        Drawn {
                            visible: cell.choice.icon !== ""
                            width: Theme.mm(12)
                            height: width
                            name: cell.choice.icon
                            it: cell.lit ? "white" : "ink"
                        }
                        Words {
                            size: Theme.small
                            strong: true
                            text: cell.choice.label
                            color: cell.lit ? Theme.white : Theme.ink
                            width: Theme.large && !bar.wide ? Math.min(implicitWidth, cell.width - Theme.mm(4)) : implicitWidth
                            horizontalAlignment: Text.AlignHCenter
                            Accessible.ignored: true
                        }
                        Words {
                            visible: text !== "" && !Theme.large // help says it too
                            size: Theme.small
                            text: cell.choice.description
                            color: Theme.ink
                            width: Theme.large && !bar.wide ? Math.min(implicitWidth, cell.width - Theme.mm(4)) : implicitWidth
                            horizontalAlignment: Text.AlignHCenter
                            Accessible.ignored: true
                        }
                    }
                }
            }
        }
    }
    Rectangle {
        width: parent.width
        height: Theme.strong
        color: Theme.ink
    }
}
