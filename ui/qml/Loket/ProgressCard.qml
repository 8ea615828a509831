import QtQuick

// One document on its way to paper: coming out, done, or dashed with its number.
Rectangle {
    id: card
    required property var item

    radius: Theme.radius
    color: item.active ? Theme.tint : "transparent"
    border.width: item.active ? Theme.edge : 0
    border.color: Theme.accent

    Item {
        x: Theme.mm(5)
        y: Theme.mm(8)
        width: parent.width - 2 * x
        height: words.y - y - Theme.mm(4)
        Drawn {
            anchors.fill: parent
            name: card.item.look === "waiting" ? "" : card.item.look
        }
        Dashed {
            visible: card.item.look === "waiting"
            anchors.centerIn: parent
            height: Math.min(parent.height, Theme.mm(100))
            width: Math.round(height * 0.71)
            Words {
                anchors.centerIn: parent
                size: Theme.digit
                strong: true
                text: card.item.number
                color: Theme.mute
            }
        }
    }
    Column {
        id: words
        x: Theme.mm(5)
        y: parent.height - height - Theme.mm(7)
        width: parent.width - 2 * x
        spacing: Theme.mm(2)
        Words {
            width: parent.width
            strong: card.item.active
            text: card.item.title
            color: card.item.active ? Theme.ink : Theme.mute
            horizontalAlignment: Text.AlignHCenter
        }
        Item {
            width: parent.width
            height: word.implicitHeight
            Status {
                id: word
                anchors.horizontalCenter: parent.horizontalCenter
                mark: card.item.mark
                word: card.item.status
                size: Theme.small
                ink: card.item.active ? Theme.ink : Theme.mute
            }
        }
        Words {
            width: parent.width
            visible: text !== ""
            size: Theme.small
            text: card.item.detail
            horizontalAlignment: Text.AlignHCenter
        }
    }
}
