pragma ComponentBehavior: Bound

import QtQuick

// We wait for somebody, and say for whom. Three squares, one filled, stepping: nothing is known of how long it takes.
Page {
    id: page
    property int step: 0

    Timer {
        interval: 600
        repeat: true
        running: page.visible
        onTriggered: page.step = (page.step + 1) % 3
    }
    Column {
        width: parent.width
        y: Math.round((parent.height - height) * (Theme.landscape ? 0.5 : 0.38))
        spacing: Theme.mm(14)
        Drawn {
            anchors.horizontalCenter: parent.horizontalCenter
            width: Theme.mm(130)
            height: Theme.mm(96)
            name: page.screen.picture
        }
        Row {
            anchors.horizontalCenter: parent.horizontalCenter
            spacing: Theme.mm(5)
            Repeater {
                model: 3
                Rectangle {
                    required property int index
                    width: Theme.mm(12)
                    height: width
                    radius: Theme.mm(1)
                    border.width: Theme.mm(1.25)
                    border.color: Theme.accent
                    color: index === page.step ? Theme.accent : Theme.surface
                }
            }
        }
        Words {
            width: parent.width
            visible: text !== ""
            text: page.screen.hint
            horizontalAlignment: Text.AlignHCenter
        }
    }
}
