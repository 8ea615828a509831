import QtQuick

// One picture of what to do with the hands, on a panel; under it what has to be known.
Page {
    id: page

    Rectangle {
        id: panel
        width: parent.width
        height: Math.min(Theme.mm(186), parent.height - (notes.height > 0 && !Theme.landscape ? notes.height + Theme.mm(10) : 0))
        radius: Theme.radius
        color: Theme.accent
        Drawn {
            id: machine
            anchors.centerIn: parent
            width: Math.min(parent.width - Theme.mm(20), Math.round((parent.height - Theme.mm(18)) * (page.screen.picture === "card-in" ? 1 : 1.43)))
            height: parent.height - Theme.mm(18)
            name: page.screen.picture
        }
        Arrows {
            machine: machine
            shown: page.screen.picture === "card-out"
        }
    }
    Sections {
        id: notes
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: (Theme.landscape ? page.said.height : panel.height) + Theme.mm(10)
        width: parent.width
        parts: page.screen.sections
    }
}
