pragma ComponentBehavior: Bound

import QtQuick

// The one thing this kiosk does; dashed, with the reason and a QR code, when it cannot.
Item {
    id: hero
    required property var words
    property var qr: null
    readonly property bool live: words !== null && !!words.choice

    Loader {
        anchors.fill: parent
        sourceComponent: hero.words === null ? null : hero.live ? tile : reason
    }
    Component {
        id: tile
        Target {
            id: button
            choice: hero.words.choice
            onColour: true
            background: Rectangle {
                radius: Theme.radius
                color: button.lit ? Theme.surface : Theme.accent
                border.width: button.lit ? Theme.strong : 0
                border.color: Theme.accent
            }
            contentItem: Item {
                Column {
                    x: Theme.mm(10)
                    anchors.verticalCenter: parent.verticalCenter
                    width: (picture.visible ? picture.x - Theme.mm(3) : parent.width - x) - x
                    spacing: Theme.mm(4)
                    Words {
                        width: parent.width
                        size: Theme.head
                        strong: true
                        text: hero.words.title
                        color: button.lit ? Theme.accent : Theme.white
                        Accessible.ignored: true
                    }
                    Words {
                        width: parent.width
                        visible: text !== ""
                        text: hero.words.text
                        color: button.lit ? Theme.accent : Theme.white
                        Accessible.ignored: true
                    }
                    Rectangle {
                        visible: hero.words.text !== ""
                        width: parent.width
                        height: Theme.hairline
                        color: button.lit ? Theme.accent : Theme.white
                    }
                    Words {
                        width: parent.width
                        strong: true
                        text: hero.words.call
                        color: button.lit ? Theme.accent : Theme.white
                        Accessible.ignored: true
                    }
                }
                Drawn {
                    id: picture
                    x: parent.width - width - Theme.mm(8)
                    anchors.verticalCenter: parent.verticalCenter
                    width: Theme.mm(Theme.landscape ? 50 : 57)
                    height: width
                    name: hero.words.picture
                    visible: !button.lit && !Theme.large
                }
            }
        }
    }
    Component {
        id: reason
        Rectangle {
            color: Theme.surface
            radius: Theme.radius
            Dashed {
                anchors.fill: parent
            }
            Column {
                x: Theme.mm(10)
                anchors.verticalCenter: parent.verticalCenter
                width: (tag.visible ? tag.x - Theme.mm(4) : parent.width - x) - x
                spacing: Theme.mm(2)
                Status {
                    width: parent.width
                    mark: "mark-out"
                    word: hero.words.status
                }
                Words {
                    width: parent.width
                    size: Theme.head
                    strong: true
                    text: hero.words.title
                    Accessible.role: Accessible.Heading
                }
                Words {
                    width: parent.width
                    visible: text !== ""
                    text: hero.words.text
                }
            }
            Column {
                id: tag
                visible: hero.qr !== null
                width: Theme.mm(66)
                x: parent.width - width - Theme.mm(6)
                anchors.verticalCenter: parent.verticalCenter
                spacing: Theme.mm(2)
                QrCode {
                    anchors.horizontalCenter: parent.horizontalCenter
                    width: Theme.mm(44)
                    height: width
                    text: hero.qr?.text ?? ""
                    caption: hero.qr?.caption ?? ""
                }
                Words {
                    width: parent.width
                    size: Theme.small
                    text: hero.qr?.caption ?? ""
                    horizontalAlignment: Text.AlignHCenter
                }
            }
        }
    }
}
