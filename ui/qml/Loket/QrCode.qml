import QtQuick

// A QR code on its own white ground. Drawn after the first frame: nobody scans that fast, and the text is there sooner.
Rectangle {
    id: tile
    property string text: ""
    property string caption: ""

    color: Theme.paper
    Accessible.role: Accessible.Graphic
    Accessible.name: caption

    Image {
        anchors.fill: parent
        anchors.margins: Theme.mm(2)
        source: Theme.settled && tile.text !== "" && width > 0 ? `image://qr/${width}/${encodeURIComponent(tile.text)}` : ""
        fillMode: Image.Pad
        smooth: false
        Accessible.ignored: true
    }
}
