import QtQuick

Window {
    id: window
    color: Theme.ground
    title: "Loket 24/7"

    // A page of the same template is repainted; another template is another page. The old page never sees the new screen.
    function paint(): void {
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
        function onScreenChanged(): void {
            window.paint();
        }
    }

    Loader {
        id: loader
        anchors.fill: parent
        focus: true
    }
}
