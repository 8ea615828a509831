pragma ComponentBehavior: Bound

import QtQuick

// Headings with a text, each under a strong line.
Column {
    id: sections
    required property var parts

    readonly property bool dense: Theme.large && Theme.landscape

    spacing: Theme.mm(dense ? 2 : 8)

    Repeater {
        model: sections.parts
        Column {
            id: part
            required property var modelData
            width: sections.width
            Rectangle {
                width: parent.width
                height: Theme.strong
                color: Theme.ink
            }
            Item {
                width: 1
                height: Theme.mm(sections.dense ? 0 : 5)
            }
            Words {
                width: parent.width
                size: Theme.button
                strong: true
                text: part.modelData.title
                Accessible.role: Accessible.Heading
            }
            Item {
                width: 1
                height: Theme.mm(1)
            }
            Words {
                width: parent.width
                visible: text !== ""
                size: Theme.act
                strong: true
                text: part.modelData.code
            }
            Words {
                width: parent.width
                text: part.modelData.text
            }
        }
    }
}
