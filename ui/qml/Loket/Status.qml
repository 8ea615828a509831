import QtQuick

// A status is a shape and a word.
Row {
    id: status
    property string mark: ""
    property string word: ""
    property int size: Theme.body
    property color ink: Theme.ink

    spacing: Theme.mm(3)

    Drawn {
        width: Math.round(status.size * 1.06)
        height: width
        anchors.verticalCenter: parent.verticalCenter
        name: status.mark
        visible: status.mark !== ""
    }
    Words {
        anchors.verticalCenter: parent.verticalCenter
        width: Math.min(implicitWidth, status.parent.width)
        size: status.size
        strong: true
        text: status.word
        color: status.ink
        wrapMode: Text.NoWrap
    }
}
