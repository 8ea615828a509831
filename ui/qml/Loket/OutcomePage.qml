pragma ComponentBehavior: Bound

import QtQuick

// An honest word on every document, the code for a new print where there is one, and who helps.
Page {
    id: page

    ItemList {
        id: list
        y: page.dense ? -Theme.mm(12) : 0 // beside the name of the step, which stands left
        width: parent.width
        items: page.screen.items
        tight: page.screen.items.length > (Theme.large ? 1 : Theme.landscape ? 2 : 3)
    }
    Column {
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: Theme.reached ? page.body.height - height : Theme.landscape ? page.said.height + Theme.mm(8) : list.height + Theme.mm(Theme.large ? 4 : 8)
        width: page.column
        spacing: Theme.mm(Theme.large ? 4 : 7)
        Sections {
            width: parent.width
            parts: page.screen.sections
        }
        Words {
            visible: text !== ""
            width: parent.width
            text: page.screen.hint
        }
        Repeater {
            model: page.screen.extra
            ActionButton {
                required property var modelData
                choice: modelData
            }
        }
    }
}
