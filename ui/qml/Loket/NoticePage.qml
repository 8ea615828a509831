import QtQuick

// A message: what it means, and the ways out that do work, each under a strong line. A picture where the hands must act.
Page {
    id: page
    readonly property int aside: Theme.margin - columnX // the left column, on its side
    readonly property int below: page.said.height + Theme.mm(10)

    Sections {
        id: ways
        width: parent.width
        parts: page.screen.sections
    }
    CounterBlock {
        id: code
        x: Theme.landscape ? page.aside : 0
        y: Theme.landscape ? page.below : ways.height + Theme.mm(ways.height > 0 ? 10 : 0)
        width: page.column
        visible: !!page.screen.qr
        qr: page.screen.qr ?? null
    }
    Rectangle {
        readonly property int start: (code.visible ? code.y + code.height : Theme.landscape ? page.below : ways.height) + (Theme.landscape && !code.visible ? 0 : Theme.mm(10))
        visible: page.screen.picture !== ""
        x: code.x
        width: page.column
        height: Math.min(Theme.mm(150), parent.height - start)
        y: parent.height - height
        radius: Theme.radius
        color: Theme.accent
        Drawn {
            anchors.centerIn: parent
            width: Math.min(parent.width - Theme.mm(20), Math.round(height * 1.43))
            height: parent.height - Theme.mm(18)
            name: page.screen.picture
        }
    }
}
