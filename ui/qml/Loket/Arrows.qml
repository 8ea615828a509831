pragma ComponentBehavior: Bound

import QtQuick

// An arrow on each side of a card or a paper that must be taken out.
Repeater {
    id: arrows
    required property Item machine
    property int step: 0
    property bool shown: true

    model: shown ? 2 : 0
    Drawn {
        required property int index
        width: Math.round(arrows.machine.width * 0.16)
        height: Math.round(width * 1.35)
        x: arrows.machine.x + (index === 0 ? 0.1 : 0.9) * arrows.machine.width - width / 2
        y: arrows.machine.y + arrows.machine.height * 0.52 + arrows.step
        name: "arrow-down"
    }
}
