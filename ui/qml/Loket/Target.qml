import QtQuick
import QtQuick.Templates as T

// Something to touch: feedback on press, the act on release, a double ring when the keyboard is on it.
T.AbstractButton {
    id: target
    required property var choice
    property bool onColour: false // stands on the town's colour
    readonly property bool lit: pressed && choice.enabled && choice.live

    objectName: choice.id
    focusPolicy: Qt.StrongFocus
    enabled: choice.live
    Accessible.role: choice.live ? Accessible.Button : Accessible.StaticText
    Accessible.name: choice.label
    Accessible.description: choice.description
    Accessible.focusable: choice.live
    Accessible.onPressAction: target.clicked()

    onClicked: {
        const at = mapToItem(null, pressX, pressY);
        Bridge.touched(choice.id, at.x / Theme.density, at.y / Theme.density);
    }

    Rectangle {
        anchors.fill: parent
        anchors.margins: -Theme.mm(2.5)
        visible: target.visualFocus
        color: "transparent"
        radius: Theme.radius * 2
        border.width: Theme.mm(1.25)
        border.color: target.onColour ? Theme.attention : Theme.ink
        Rectangle {
            anchors.fill: parent
            anchors.margins: Theme.mm(1.25)
            color: "transparent"
            radius: Theme.radius
            border.width: Theme.mm(1.25)
            border.color: target.onColour ? Theme.ink : Theme.attention
        }
    }
}
