import QtQuick
import QtQuick.Templates as T

// A digit of the PIN pad. What is typed goes straight to the core; nothing here keeps it.
T.AbstractButton {
    id: key
    required property int digit

    objectName: "digit" + digit
    focusPolicy: Qt.StrongFocus
    Accessible.role: Accessible.Button
    Accessible.name: digit
    Accessible.onPressAction: key.clicked()
    onClicked: Bridge.digitTyped(digit)

    background: Rectangle {
        radius: Theme.radius
        color: key.pressed ? Theme.ink : Theme.surface
        border.width: Theme.edge
        border.color: Theme.ink
        Rectangle {
            anchors.fill: parent
            anchors.margins: -Theme.mm(1.75)
            visible: key.visualFocus
            color: "transparent"
            radius: Theme.radius * 2
            border.width: Theme.mm(1.75)
            border.color: Theme.attention
        }
    }
    contentItem: Words {
        size: Theme.digit
        strong: true
        text: key.digit
        color: key.pressed ? Theme.white : Theme.ink
        horizontalAlignment: Text.AlignHCenter
        Accessible.ignored: true
    }
}
