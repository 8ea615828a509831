pragma ComponentBehavior: Bound

import QtQuick

// One picture per document, by the device's own word; over four documents a list.
Page {
    id: page
    readonly property int documents: screen.items.length
    readonly property int across: documents === 1 ? 1 : 2

    Grid {
        id: cards
        visible: page.documents <= 4
        columns: page.across
        spacing: Theme.mm(6)
        anchors.centerIn: parent
        Repeater {
            model: page.documents <= 4 ? page.screen.items : []
            ProgressCard {
                required property var modelData
                item: modelData
                width: Math.floor((page.body.width - (page.across - 1) * cards.spacing) / Math.max(page.across, 1.6))
                height: Math.min(Theme.mm(178), Math.floor((page.body.height - cards.spacing) / (page.documents > 2 ? 2 : 1)))
            }
        }
    }
    ItemList {
        visible: page.documents > 4
        width: parent.width
        items: page.documents > 4 ? page.screen.items : []
        tight: page.documents > 6 || Theme.landscape
    }
}
