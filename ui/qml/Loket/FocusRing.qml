import QtQuick

// Where the keyboard is: a double ring, so that it shows on every ground.
Rectangle {
    id: ring
    property bool onColour: false

    color: "transparent"
    radius: Theme.radius * 2
    border.width: Theme.mm(1.25)
    border.color: onColour ? Theme.attention : Theme.ink
    Rectangle {
        anchors.fill: parent
        anchors.margins: Theme.mm(1.25)
        color: "transparent"
        radius: Theme.radius
        border.width: Theme.mm(1.25)
        border.color: ring.onColour ? Theme.ink : Theme.contrast ? Theme.dark : Theme.attention
    }
}
