pragma ComponentBehavior: Bound

import QtQuick

// An honest word on every document, the code for a new print where there is one, and who helps.
Page {
    id: page

    ItemList {
        id: list
        width: parent.width
        items: page.screen.items
        tight: page.screen.items.length > (Theme.landscape ? 2 : 3)
    }
    Column {
        x: Theme.landscape ? Theme.margin - page.columnX : 0
        y: Theme.landscape ? page.said.height + Theme.mm(8) : list.height + Theme.mm(8)
        width: page.column
        spacing: Theme.mm(7)
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
