pragma ComponentBehavior: Bound

import QtQuick

// Nobody is being served: what works now comes first, then the hall, then the counter.
Page {
    id: page
    // Where things stand from above downwards: from heights alone, for what stands low is placed by what is below it.
    readonly property int heroY: greeting.height + Theme.mm(8)
    readonly property int heroEnd: heroY + hero.height
    readonly property int comingTop: heroEnd + (hero.visible ? Theme.gap : 0)
    readonly property int subtitleTop: Theme.landscape ? 0 : (coming.visible ? comingTop + coming.height : heroEnd) + Theme.mm(subtitle.text === "" ? 1 : hero.visible || coming.visible ? 10 : 2)
    readonly property int boxTop: subtitleTop + (subtitle.visible ? subtitle.height : 0) + Theme.mm(3)
    readonly property int free: body.height - lower.height - boxTop - Theme.mm(Theme.landscape && !Theme.large ? 2 : 6)
    readonly property int rowsY: (Theme.large ? lower.y - Theme.gap : body.height) - box.height // where controls stand low: from below upwards
    readonly property int comingY: rowsY - (subtitle.visible ? subtitle.height + Theme.mm(9) : Theme.gap) - (coming.visible ? coming.height : 0)

    property int turn: 0 // which of what is said in turn stands there: 0 is the lead itself
    readonly property var turned: page.screen.turns[turn - 1]

    said.visible: false

    Timer {
        interval: 8000
        repeat: true
        running: Theme.settled && page.screen.turns.length > 0
        onTriggered: page.turn = (page.turn + 1) % (page.screen.turns.length + 1)
        onRunningChanged: page.turn = 0
    }

    Item {
        id: left
        x: Theme.landscape ? -page.columnX + Theme.margin : 0
        y: 0
        width: page.column
        height: parent.height
    }
    Column {
        id: greeting
        parent: left
        width: parent.width
        Words {
            width: parent.width
            size: Theme.title
            strong: true
            text: [page.screen.title, ...(page.turned !== undefined ? [page.turned] : page.screen.lead)].join("\n")
            Accessible.role: Accessible.Heading
        }
        Words {
            width: parent.width
            visible: text !== ""
            size: Theme.button
            text: page.screen.warning
        }
    }
    Hero {
        id: hero
        parent: left
        visible: !!page.screen.hero
        y: Theme.reached ? page.comingY - height - (coming.visible ? Theme.gap : 0) : page.heroY
        width: parent.width
        height: !visible ? 0 : Theme.landscape ? parent.height - page.heroY - (coming.visible ? coming.height + Theme.gap : 0) : Theme.mm(!Theme.large ? 81 : Theme.reached ? 56 : 66)
        words: page.screen.hero ?? null
        qr: page.screen.qr ?? null
    }
    ServiceBox {
        id: coming
        parent: left
        visible: page.screen.coming.length > 0
        y: Theme.reached ? page.comingY : page.comingTop
        width: parent.width
        services: page.screen.coming
        dashed: page.screen.coming.some(row => row.dashed)
    }
    Words {
        id: subtitle
        y: Theme.reached ? page.rowsY - height - Theme.mm(3) : page.subtitleTop
        visible: text !== "" && page.screen.services.length > 0
        text: page.screen.subtitle
        size: Theme.button
        strong: true
        Accessible.role: Accessible.Heading
    }
    ServiceBox {
        id: box
        y: Theme.reached ? page.rowsY : page.boxTop
        width: parent.width
        visible: page.screen.services.length > 0
        services: page.screen.services
        rowHeight: Theme.reached ? Theme.mm(33) : Math.min(Theme.mm(Theme.large ? 48 : Theme.landscape ? 28 : 33), Math.floor(page.free / Math.max(1, page.screen.services.length)))
    }
    Column {
        id: lower
        width: parent.width
        y: Theme.reached && !Theme.large ? greeting.height + Theme.mm(8) : parent.height - height
        spacing: Theme.mm(6)
        Rectangle {
            visible: !!page.screen.news
            width: parent.width
            height: Math.max(Theme.mm(32), news.height + Theme.mm(8))
            radius: Theme.radius
            color: Theme.surface
            border.width: Theme.hairline
            border.color: Theme.line
            Rectangle {
                id: flag
                x: Theme.hairline
                y: Theme.hairline
                width: Theme.mm(31)
                height: parent.height - 2 * y
                color: Theme.attention
                Drawn {
                    anchors.centerIn: parent
                    width: Theme.mm(15)
                    height: width
                    name: "icon-news"
                    it: "dark"
                }
            }
            Column {
                id: news
                anchors.verticalCenter: parent.verticalCenter
                x: flag.width + Theme.mm(7)
                width: parent.width - x - Theme.mm(6)
                Words {
                    width: parent.width
                    strong: true
                    text: page.screen.news?.title ?? ""
                }
                Words {
                    width: parent.width
                    text: page.screen.news?.text ?? ""
                }
            }
        }
        Repeater {
            model: page.screen.extra
            ActionButton {
                required property var modelData
                choice: modelData
                width: lower.width
                height: implicitHeight
            }
        }
        CounterBlock {
            visible: !!counter || !!qr
            width: parent.width
            counter: page.screen.counter ?? null
            qr: page.screen.hero && !page.screen.hero.choice ? null : page.screen.qr ?? null
        }
    }
}
