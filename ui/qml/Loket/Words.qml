import QtQuick

// Text in one of the six roles of type.
Text {
    property int size: Theme.body
    property bool strong: false

    color: Theme.ink
    font.family: Theme.family
    font.pixelSize: size
    font.bold: strong
    lineHeight: Math.round(size * (size >= Theme.title ? 1.13 : 1.25))
    lineHeightMode: Text.FixedHeight
    textFormat: Text.PlainText
    verticalAlignment: Text.AlignVCenter
    wrapMode: Text.Wrap // at a space; within a word only where a line has no room for it
    Accessible.role: Accessible.StaticText
    Accessible.name: text
    Accessible.ignored: text === ""
}
