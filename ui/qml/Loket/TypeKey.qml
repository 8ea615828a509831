import QtQuick

// A key of a keyboard, with the look of a PIN key; dashed while it has nothing to do.
Target {
    id: key
    property int size: Theme.digit

    background: Rectangle {
        radius: Theme.radius
        color: key.lit ? Theme.ink : key.choice.enabled ? Theme.surface : "transparent"
        border.width: key.choice.enabled ? Theme.edge : 0
        border.color: Theme.ink
        Dashed {
            anchors.fill: parent
            visible: !key.choice.enabled
        }
    }
    contentItem: Words {
        size: key.size
        lineHeight: Math.round(size * (Theme.large ? 1.05 : 1.25)) // two lines on one key
        strong: true
        text: key.width < Theme.mm(60) ? key.choice.label.replace(" ", "\n") : key.choice.label
        color: key.lit ? Theme.white : key.choice.enabled ? Theme.ink : Theme.mute
        horizontalAlignment: Text.AlignHCenter
        Accessible.ignored: true
    }
}
