pragma ComponentBehavior: Bound

import QtQuick

// Facts in a two-column list, then the sentence that says what happens next, then verb and object.
Page {
    id: page
    readonly property bool many: screen.facts.reduce((sum, fact) => sum + fact.values.length, 0) > 8

    Rectangle {
        id: list
        width: parent.width
        height: facts.height
        radius: Theme.radius
        color: Theme.surface
        border.width: Theme.hairline
        border.color: Theme.line
        Column {
            id: facts
            width: parent.width
            Repeater {
                model: page.screen.facts
                Item {
                    id: fact
                    required property var modelData
                    required property int index
                    width: facts.width
                    height: values.height + 2 * Theme.mm(page.many || Theme.landscape ? 3 : 7.5)
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
                        size: page.many ? Theme.body : Theme.button
                        text: fact.modelData.name
                        color: Theme.mute
                    }
                    Column {
                        id: values
                        x: Theme.landscape ? Theme.mm(56) : Theme.mm(69)
                        width: parent.width - x - Theme.mm(8)
                        anchors.verticalCenter: parent.verticalCenter
                        spacing: Theme.mm(page.many ? 1 : 3)
                        Repeater {
                            model: fact.modelData.values
                            Words {
                                required property var modelData
                                width: values.width
                                size: page.many ? Theme.body : Theme.button
                                strong: modelData.strong
                                text: modelData.text
                            }
                        }
                    }
                }
            }
        }
    }
    Repeater {
        model: page.screen.extra
        ActionButton {
            required property var modelData
            choice: modelData
            x: Theme.landscape ? Theme.margin - page.columnX : 0
            y: Theme.landscape ? page.said.height + Theme.mm(8) : list.height + Theme.mm(8)
            height: Theme.target
        }
    }
}
