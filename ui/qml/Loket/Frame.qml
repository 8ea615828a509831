import QtQuick

// The frame that stays while pages come and go: the header, the steps and the bar, which never move under a finger.
Item {
    id: frame
    property Page page: null

    // A page of the same template is repainted; another template is another page. The old page never sees the new screen.
    function paint(): void {
        bar.choices = Bridge.bar;
        const screen = Bridge.screen;
        const focus = Bridge.focus;
        if (page !== null && page.screen.template === screen.template) {
            const same = page.screen.title === screen.title;
            page.screen = screen;
            if (same && focus !== "") {
                const item = find(frame, focus);
                if (item !== null)
                    Bridge.focus = ""; // what is painted anew is told anew: it may be ticked now
                item?.forceActiveFocus(Qt.TabFocusReason);
            }
        } else {
            const old = page;
            page = turn(screen);
            if (old !== null) {
                old.visible = false;
                old.destroy();
            }
        }
    }

    // Not by a Loader: Qt 6.11.3 keeps for ever what setSource gives a page , and that is what somebody was shown.
    function turn(screen: var): Page {
        const template = Qt.createComponent(Qt.resolvedUrl(screen.template + ".qml"));
        return template.createObject(room, {
            "screen": screen
        }) as Page;
    }

    // What is painted anew lost its focus; a key that came to it once is still there.
    function find(item: Item, name: string): Item {
        if (item.objectName === name && item.visible && !item.activeFocus)
            return item;
        for (const child of item.children) {
            const found = find(child, name);
            if (found !== null)
                return found;
        }
        return null;
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
        visible: !(frame.page?.bare ?? false)
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
    FocusScope {
        id: room
        anchors.fill: parent
        z: -1 // painted first; by keyboard it comes between header and bar
        focus: true
    }
    Bar {
        id: bar
        visible: !(frame.page?.bare ?? false)
        y: parent.height - height
        width: parent.width
        choices: []
    }
}
