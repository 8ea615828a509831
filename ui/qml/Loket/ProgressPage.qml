pragma ComponentBehavior: Bound

import QtQuick

// One picture per document, by the device's own word; over four documents a list.
Page {
    id: page
    readonly property int documents: screen.items.length
    readonly property int across: documents === 1 ? 1 : 2
    readonly property bool pictures: documents <= (Theme.large ? 1 : Theme.landscape ? 2 : 4) && screen.items.every((item) => item.look !== "")

    Grid {
        id: cards
        visible: page.pictures
        columns: page.across
        spacing: Theme.mm(6)
        anchors.centerIn: parent
        Repeater {
            model: page.pictures ? page.screen.items : []
            ProgressCard {
                required property var modelData
                item: modelData
                width: Math.floor((page.body.width - (page.across - 1) * cards.spacing) / Math.max(page.across, 1.6))
                height: Math.min(Theme.mm(178), Math.floor((page.body.height - cards.spacing) / (page.documents > 2 ? 2 : 1)))
            }
        }
    }
    ItemList {
        visible: !page.pictures
        width: parent.width
        items: page.pictures ? [] : page.screen.items
        tight: page.documents > (Theme.large ? 2 : Theme.landscape ? 3 : 6)
    }
}
