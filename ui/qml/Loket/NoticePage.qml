import QtQuick

// A message: what it means, and the ways out that do work, each under a strong line. A picture where the hands must act.
Page {
    id: page
    readonly property int aside: Theme.margin - columnX // the left column, on its side
    readonly property int below: page.said.height + Theme.mm(10)

    readonly property bool codeAside: Theme.landscape && ways.height + Theme.mm(10) + code.height > body.height

    Sections {
        id: ways
        width: parent.width
        parts: Theme.landscape ? page.screen.sections.slice(0, 2) : page.screen.sections
    }
    Sections {
        id: more
        visible: Theme.landscape
        x: page.aside
        y: page.below
        width: page.column
        parts: visible ? page.screen.sections.slice(2) : []
    }
    CounterBlock {
        id: code
        x: page.codeAside ? page.aside : 0
        y: page.codeAside ? page.below + (more.height > 0 ? more.height + Theme.mm(10) : 0) : ways.height + Theme.mm(ways.height > 0 ? 10 : 0)
        width: page.column
        visible: !!page.screen.qr
        qr: page.screen.qr ?? null
    }
    Rectangle {
        readonly property int aside: (more.height > 0 ? more.height + Theme.mm(10) : 0) + (page.codeAside ? code.height + Theme.mm(10) : 0)
        readonly property int start: Theme.landscape ? page.below + aside : ways.height + Theme.mm(10) + (code.visible ? code.height + Theme.mm(10) : 0)
        readonly property int foot: Theme.landscape ? page.end - Theme.mm(8) - page.body.y : parent.height
        visible: page.screen.picture !== "" && height > Theme.mm(45)
        x: Theme.landscape ? page.aside : 0
        width: page.column
        height: Math.min(Theme.mm(150), foot - start)
        y: foot - height
        radius: Theme.radius
        color: Theme.accent
        Drawn {
            id: machine
            anchors.centerIn: parent
            width: Math.min(parent.width - Theme.mm(20), Math.round(height * (page.screen.picture === "card-in" ? 1 : 1.43)))
            height: parent.height - Theme.mm(18)
            name: page.screen.picture
        }
        Arrows {
            machine: machine
            shown: page.screen.picture === "card-out"
        }
    }
}
