import QtQuick

// Hands what ui/bridge.py has to the singletons, and touches back; the frame is made once the theme is whole.
//
// It is QML that reaches for Python's object: the first object of QML's own that Python is given makes it learn every
// class of Qt, which takes longer than painting.
Item {
    id: main
    required property var python

    function dress(): void {
        const look = main.python.look;
        for (const name in look)
            Theme[name] = look[name];
    }

    Component.onCompleted: {
        dress();
        Bridge.header = python.header;
        Bridge.bar = python.bar;
        Bridge.screen = python.screen;
        frame.active = true;
    }

    Connections {
        target: main.python
        function onLookChanged(): void {
            main.dress();
        }
        function onHeaderChanged(): void {
            Bridge.header = main.python.header;
        }
        function onBarChanged(): void {
            Bridge.bar = main.python.bar;
        }
        function onScreenChanged(): void {
            Bridge.screen = main.python.screen;
        }
    }
    Connections {
        target: Bridge
        function onTouched(choice: string, x: real, y: real): void {
            main.python.touch(choice, x, y);
        }
        function onFocused(choice: string): void {
            main.python.focused(choice);
        }
        function onDigitTyped(digit: int): void {
            main.python.typeDigit(digit);
        }
    }
    Loader {
        id: frame
        anchors.fill: parent
        active: false
        focus: true
        sourceComponent: Frame {}
    }
}
