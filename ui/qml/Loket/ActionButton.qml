import QtQuick

// A button of the action row: primary filled, secondary outlined, disabled dashed with its reason. Pressed: swapped.
Target {
    id: button
    readonly property bool primary: choice.role === "primary"
    readonly property bool back: choice.icon === "icon-back" || (choice.icon !== "" && !primary)
    readonly property bool filled: primary !== lit
    readonly property color paint: onColour ? Theme.white : Theme.accent
    readonly property color paper: onColour ? Theme.accent : primary || lit ? Theme.white : Theme.surface
    readonly property color front: !choice.enabled ? Theme.mute : filled ? paper : paint
    readonly property string frontName: !choice.enabled ? "mute" : filled === onColour ? "accent" : "white"

    // A label and a reason fit in the height of a button: nothing above it moves when the reason goes.
    implicitHeight: Math.max(Theme.target, texts.height + Theme.mm(6))
    implicitWidth: Theme.mm(17) + label.implicitWidth + (choice.icon !== "" ? Theme.mm(16) : 0)

    background: Rectangle {
        radius: Theme.radius
        color: !button.choice.enabled ? "transparent" : button.filled ? button.paint : button.onColour ? Theme.accent : Theme.surface
        border.width: button.choice.enabled ? Theme.strong : 0
        border.color: button.paint
        Dashed {
            anchors.fill: parent
            visible: !button.choice.enabled
        }
    }
    contentItem: Item {
        Drawn {
            id: picture
            width: Theme.mm(12)
            height: width
            x: button.back ? Theme.mm(9) : parent.width - width - Theme.mm(9)
            anchors.verticalCenter: parent.verticalCenter
            name: button.choice.icon
            it: button.frontName
        }
        Column {
            id: texts
            anchors.verticalCenter: parent.verticalCenter
            x: button.back ? picture.x + picture.width + Theme.mm(5) : Theme.mm(9)
            width: parent.width - x - (button.back || picture.name === "" ? Theme.mm(6) : Theme.mm(23))
            Words {
                id: label
                width: parent.width
                size: Theme.button
                strong: true
                text: button.choice.label
                color: button.front
                Accessible.ignored: true
            }
            Words {
                width: parent.width
                size: Theme.small
                text: button.choice.enabled ? "" : button.choice.description
                visible: text !== ""
                color: button.front
                Accessible.ignored: true
            }
        }
    }
}
