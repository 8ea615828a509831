pragma ComponentBehavior: Bound

import QtQuick

// Facts in a two-column list, then the sentence that says what happens next, then verb and object.
Page {
    id: page
    readonly property bool many: screen.facts.reduce((sum, fact) => sum + fact.values.length, 0) > (Theme.large ? 5 : 8)

    FactList {
        id: list
        width: parent.width
        facts: Theme.landscape ? page.screen.facts.slice(1, 2) : page.screen.facts
        tight: page.many
    }
    FactList {
        id: rest
        visible: Theme.landscape
        x: Theme.margin - page.columnX
        y: page.said.height + Theme.mm(8)
        width: page.column
        facts: visible ? page.screen.facts.filter((fact, n) => n !== 1) : []
    }
    Repeater {
        model: page.screen.extra
        ActionButton {
            required property var modelData
            choice: modelData
            x: Theme.landscape ? Theme.margin - page.columnX : 0
            y: Theme.reached ? page.body.height - height : (Theme.landscape ? rest.y + rest.height : list.height) + Theme.mm(8)
        }
    }
}
