pragma ComponentBehavior: Bound

import QtQuick

// The action row: alone over the full width; two beside each other, the safe or forward way on the right.
Row {
    id: row
    required property var choices
    property bool onColour: false

    // The left one is as wide as its words ask, between a third and two fifths; where none is the main one, a half.
    readonly property int asked: Math.min(Math.max(buttons.count > 0 ? buttons.itemAt(0)?.implicitWidth ?? 0 : 0, width * 0.33), width * 0.42)
    readonly property bool even: !choices.some(choice => choice.role === "primary")
    readonly property int first: even ? Math.floor((width - spacing) / 2) : asked

    spacing: Theme.gap
    readonly property int needed: Math.max(Theme.target, ...Array.from(children, (button) => button.implicitHeight ?? 0))

    height: choices.length > 0 ? needed : 0

    Repeater {
        id: buttons
        model: row.choices
        ActionButton {
            required property var modelData
            required property int index
            choice: modelData
            onColour: row.onColour
            height: row.needed
            width: row.choices.length === 1 ? row.width : index === 0 ? row.first : row.width - row.spacing - row.first
        }
    }
}
