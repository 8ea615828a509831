pragma ComponentBehavior: Bound

import QtQuick

// What every page has between the header and the bar, in the same millimetres: what is said, content, action row.
// Upright: what is said stands above what can be done. On its side: said on the left, done on the right.
Rectangle {
    id: page
    required property var screen
    property bool onColour: false
    property bool bare: false // from edge to edge: neither header nor bar
    property int titleSize: Theme.title
    property int leadSize: Theme.button
    property bool leads: true // the lead stands under the title
    default property alias content: body.data
    property alias said: said
    property alias body: body
    property int column: Theme.landscape ? Math.round((width - 2 * Theme.margin - Theme.mm(12)) / 2) : width - 2 * Theme.margin
    readonly property int columnX: Theme.landscape ? width - Theme.margin - column : Theme.margin
    readonly property int startY: Theme.header + Theme.mm(screen.step > 0 ? (!Theme.large ? 29 : Theme.landscape ? 26 : 33) : 12)
    property int end: height - Theme.bar // of its room: there the bar begins
    readonly property bool fills: onColour && !Theme.contrast // in high contrast the ground stays black, in a frame
    readonly property bool dense: Theme.large && Theme.landscape // large letters on a low panel
    readonly property color front: fills ? Theme.white : Theme.ink

    anchors.fill: parent
    color: fills ? Theme.accent : Theme.ground

    Column {
        id: said
        x: Theme.margin
        y: page.startY
        width: Theme.landscape ? page.columnX - Theme.margin - Theme.mm(12) : page.column
        spacing: Theme.mm(4)
        Row {
            width: parent.width
            spacing: Theme.mm(8)
            Drawn {
                id: sign
                visible: page.screen.sign !== ""
                width: Theme.mm(27)
                height: Theme.mm(25)
                name: page.screen.sign
                anchors.verticalCenter: parent.verticalCenter
            }
            Words {
                width: parent.width - (sign.visible ? sign.width + parent.spacing : 0)
                anchors.verticalCenter: parent.verticalCenter
                text: page.screen.title
                size: page.titleSize
                strong: true
                color: page.front
                Accessible.role: Accessible.Heading
            }
        }
        Repeater {
            model: page.leads ? page.screen.lead : []
            Words {
                required property string modelData
                width: said.width
                size: page.leadSize
                text: modelData
                color: page.front
            }
        }
    }
    Item {
        id: body
        x: page.columnX
        y: Theme.landscape || !said.visible ? page.startY : said.y + said.height + Theme.mm(8)
        width: page.column
        height: (footer.height + actions.height > 0 ? footer.y : page.end) - y - Theme.mm(page.dense ? 4 : 6)
    }
    Column {
        id: footer
        x: page.columnX
        width: page.column
        y: actions.y - height - (height > 0 ? Theme.mm(page.dense ? 3 : 6) : 0)
        spacing: Theme.mm(5)
        Rectangle {
            visible: page.screen.footer !== ""
            width: parent.width
            height: Theme.strong
            color: page.front
        }
        Words {
            visible: page.screen.footer !== ""
            width: parent.width
            text: page.screen.footer
            color: page.front
        }
        Words {
            visible: page.screen.question !== ""
            width: parent.width
            size: Theme.head
            strong: true
            text: page.screen.question
            color: page.front
        }
    }
    ActionRow {
        id: actions
        x: page.columnX
        y: page.end - height - Theme.mm(8)
        width: page.column
        choices: page.screen.actions
        onColour: page.fills
    }
}
