import QtQuick

// The frame that stays while pages come and go: the header, the steps and the bar, which never move under a finger.
Item {
    id: frame
    readonly property Page page: loader.item as Page

    // A page of the same template is repainted; another template is another page. The old page never sees the new screen.
    function paint(): void {
        bar.choices = Bridge.bar;
        const screen = Bridge.screen;
        const source = Qt.resolvedUrl(screen.template + ".qml");
        if (loader.source === source && loader.item !== null)
            (loader.item as Page).screen = screen;
        else
            loader.setSource(source, {
                "screen": screen
            });
    }

    Component.onCompleted: paint()

    Connections {
        target: Bridge
        // Later means from Qt's own loop, without Python's lock: what the visit wished for begins meanwhile.
        function onScreenChanged(): void {
            Qt.callLater(frame.paint);
        }
        function onBarChanged(): void {
            Qt.callLater(frame.paint);
        }
    }

    Header {
        width: parent.width
        words: Bridge.header
        deep: frame.page?.fills ?? false
    }
    Steps {
        x: Theme.margin
        y: Theme.header + Theme.mm(8)
        width: parent.width - 2 * Theme.margin
        visible: step > 0
        step: frame.page?.screen.step ?? 0
        names: Bridge.header.steps
        onColour: frame.page?.fills ?? false
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
