pragma ComponentBehavior: Bound

import QtQuick

// The body must act: the whole screen in the town's colour, one picture, arrows that step between two places.
Page {
    id: page
    property bool lower: false

    onColour: true
    titleSize: Theme.act

    Timer {
        interval: 1000
        repeat: true
        running: page.visible
        onTriggered: page.lower = !page.lower
    }
    Item {
        id: stage
        width: parent.width
        height: parent.height - (slip.height > 0 ? slip.height + Theme.mm(6) : 0)
        Rectangle {
            anchors.fill: parent
            visible: Theme.contrast
            radius: Theme.radius
            color: Theme.accent
        }
        Drawn {
            id: machine
            anchors.horizontalCenter: parent.horizontalCenter
            y: Math.round((parent.height - height) * 0.45)
            width: Math.min(parent.width - Theme.mm(38), Math.round((parent.height - Theme.mm(4)) * 1.17))
            height: Math.round(width * (page.screen.picture === "card-out" ? 424 / 606 : 526 / 618))
            name: page.screen.picture
        }
        Arrows {
            machine: machine
            step: page.lower ? Theme.mm(5) : 0
        }
    }
    Repeater {
        id: slips
        model: page.screen.extra
        ActionButton {
            required property var modelData
            choice: modelData
            onColour: page.fills
            y: slip.y
            width: implicitWidth
            height: slip.height
        }
    }
    Item {
        id: slip
        height: slips.count > 0 ? Theme.target : 0
        y: parent.height - height
    }
}
