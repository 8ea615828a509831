pragma ComponentBehavior: Bound

import QtQuick

// The screen from edge to edge, to be looked at or aimed at: one colour, or a cross with a few words and a way out.
Page {
    id: page
    readonly property var glass: screen.glass
    readonly property bool plain: glass.colour !== ""

    bare: true
    said.visible: !plain
    said.y: Math.round(height * 0.22) // between the crosses, as are the ways out
    said.width: width - 2 * Theme.margin
    end: Math.round(height * 0.74)
    color: plain ? glass.colour : Theme.ground

    Repeater {
        model: page.screen.rows
        Target {
            required property var modelData
            choice: modelData
            parent: page
            z: -1 // the way out lies on it
            width: page.width
            height: page.height
            focusPolicy: page.plain ? Qt.StrongFocus : Qt.NoFocus // a key has no place where it lands
        }
    }
    Item {
        id: cross
        readonly property int arm: Theme.mm(9)
        visible: !!page.glass.cross
        parent: page
        x: Theme.mm(page.glass.cross?.x ?? 0)
        y: Theme.mm(page.glass.cross?.y ?? 0)
        Rectangle {
            x: -cross.arm
            y: -Math.round(height / 2)
            width: 2 * cross.arm
            height: Theme.edge
            color: Theme.ink
        }
        Rectangle {
            x: -Math.round(width / 2)
            y: -cross.arm
            width: Theme.edge
            height: 2 * cross.arm
            color: Theme.ink
        }
        Rectangle {
            x: -Math.round(width / 2)
            y: x
            width: Theme.mm(9)
            height: width
            radius: width / 2
            color: "transparent"
            border.width: Theme.edge
            border.color: Theme.accent
        }
    }
}
