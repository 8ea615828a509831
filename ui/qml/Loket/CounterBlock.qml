pragma ComponentBehavior: Bound

import QtQuick

// The counter: open or closed, and when it opens; beside it the one QR code of the screen, where it is here.
Item {
    id: block
    property var counter: null
    property var qr: null

    height: Math.max(texts.height, tag.visible ? tag.height : 0)

    Column {
        id: texts
        visible: block.counter !== null
        width: tag.visible ? tag.x - Theme.mm(4) : parent.width
        anchors.verticalCenter: parent.verticalCenter
        spacing: Theme.mm(2)
        Item {
            width: parent.width
            height: title.height
            Words {
                id: title
                size: Theme.button
                strong: true
                text: block.counter?.title ?? ""
                Accessible.role: Accessible.Heading
            }
            Item {
                x: title.width + Theme.mm(9)
                width: parent.width - x
                height: parent.height
                Status {
                    anchors.verticalCenter: parent.verticalCenter
                    mark: block.counter?.mark ?? ""
                    word: block.counter?.state ?? ""
                }
            }
        }
        Words {
            width: parent.width
            strong: Theme.landscape
            text: [block.counter?.when ?? "", ...(Theme.landscape ? block.counter?.hours ?? [] : [])].join(" ")
            visible: text !== ""
        }
        Repeater {
            model: Theme.landscape ? [] : block.counter?.hours ?? []
            Words {
                required property string modelData
                width: texts.width
                strong: true
                text: modelData
            }
        }
    }
    Item {
        id: tag
        visible: block.qr !== null
        width: block.counter !== null ? Theme.mm(92) : parent.width
        height: Theme.mm(44)
        x: parent.width - width
        QrCode {
            id: code
            width: Theme.mm(44)
            height: width
            text: block.qr?.text ?? ""
            caption: block.qr?.caption ?? ""
        }
        Words {
            x: code.width + Theme.mm(5)
            width: parent.width - x
            anchors.verticalCenter: parent.verticalCenter
            size: Theme.small
            text: block.qr?.caption ?? ""
        }
    }
}
