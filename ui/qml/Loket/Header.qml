import QtQuick

// The band at the top: whose kiosk, and when it is. Under it the ribbon in the town's own colour.
Rectangle {
    id: header
    required property var words
    property bool deep: false
    readonly property bool tall: Theme.large && !Theme.landscape // a long name stands on two lines

    height: Theme.header
    color: deep ? Theme.accentDeep : Theme.band

    Drawn {
        id: logo
        x: Theme.margin
        anchors.verticalCenter: parent.verticalCenter
        width: Theme.mm(18)
        height: width
        name: "town"
    }
    Column {
        anchors.verticalCenter: parent.verticalCenter
        x: logo.x + logo.width + Theme.mm(6)
        width: clock.x - x - Theme.mm(6)
        Words {
            width: parent.width
            text: header.words.town
            strong: true
            color: Theme.bandText
            wrapMode: header.tall ? Text.Wrap : Text.NoWrap
            fontSizeMode: header.tall ? Text.FixedSize : Text.HorizontalFit
            size: header.tall ? Theme.small : Theme.body
            minimumPixelSize: Theme.small
            visible: text !== ""
        }
        Words {
            width: parent.width
            visible: text !== ""
            text: header.words.name
            size: Theme.small
            color: Theme.bandText
        }
    }
    Column {
        id: clock
        anchors.verticalCenter: parent.verticalCenter
        x: parent.width - width - Theme.margin
        Words {
            anchors.right: parent.right
            text: header.words.time
            strong: true
            color: Theme.bandText
        }
        Words {
            anchors.right: parent.right
            visible: text !== ""
            text: header.words.day
            size: Theme.small
            color: Theme.bandText
        }
    }
    Rectangle {
        anchors.top: parent.bottom
        width: parent.width
        height: Theme.mm(2)
        color: Theme.ribbon
    }
}
