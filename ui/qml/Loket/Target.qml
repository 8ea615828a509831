pragma ComponentBehavior: Bound

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

    onVisualFocusChanged: if (visualFocus && Bridge.focus !== choice.id) { // Qt tells it twice
        Bridge.focus = choice.id;
        Bridge.focused(choice.id);
    }
    onPressed: if (!visualFocus)
        Bridge.focus = "" // a finger is here, and no key
    onClicked: {
        const at = mapToItem(null, pressX, pressY);
        Bridge.touched(choice.id, at.x / Theme.density, at.y / Theme.density);
    }

    Loader {
        anchors.fill: parent
        anchors.margins: -Theme.mm(2.5)
        active: target.visualFocus // a page has a dozen targets, and one of them the focus
        sourceComponent: FocusRing {
            onColour: target.onColour
        }
    }
}
