import QtQuick

// The frame that stays while pages come and go: the header, the steps and the bar, which never move under a finger.
Window {
    id: window
    readonly property Page page: loader.item as Page

    color: Theme.ground
    title: "Loket 24/7"

    // A page of the same template is repainted; another template is another page. The old page never sees the new screen.
    function paint(): void {
        bar.choices = Bridge.bar;
        const screen = Bridge.screen;
        if (screen === null)
            return;
        const source = Qt.resolvedUrl(screen.template + ".qml");
        if (loader.source === source && loader.item !== null)
            (loader.item as Page).screen = screen;
        else
            loader.setSource(source, {
                "screen": screen
            });
    }

    Connections {
        target: Bridge
        // Later means from Qt's own loop, without Python's lock: what the visit wished for begins meanwhile.
        function onScreenChanged(): void {
            Qt.callLater(window.paint);
        }
        function onBarChanged(): void {
            Qt.callLater(window.paint);
        }
    }

    Header {
        width: parent.width
        words: Bridge.header
        deep: window.page?.onColour ?? false
    }
    Steps {
        x: Theme.margin
        y: Theme.mm(36)
        width: parent.width - 2 * Theme.margin
        visible: step > 0
        step: window.page?.screen.step ?? 0
        names: Bridge.header.steps
        onColour: window.page?.onColour ?? false
    }
    Loader {
        id: loader
        anchors.fill: parent
        z: -1 // painted first; by keyboard it comes between header and bar
        focus: true
    }
    Bar {
        id: bar
        y: parent.height - height
        width: parent.width
        choices: []
    }
}
