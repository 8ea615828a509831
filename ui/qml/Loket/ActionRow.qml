pragma ComponentBehavior: Bound

import QtQuick

// The action row: alone over the full width; two beside each other, the safe or forward way on the right.
Row {
    id: row
    required property var choices
    property bool onColour: false

    spacing: Theme.gap
    readonly property int needed: Math.max(Theme.target, ...Array.from(children, (button) => button.implicitHeight ?? 0))

    height: choices.length > 0 ? needed : 0

    Repeater {
        model: row.choices
        ActionButton {
            required property var modelData
            required property int index
            choice: modelData
            onColour: row.onColour
            height: row.needed
            width: row.choices.length === 1 ? row.width : Math.round((row.width - Theme.gap) * (index === 0 ? 0.4 : 0.6))
        }
    }
}
