pragma ComponentBehavior: Bound

import QtQuick

// An honest word on every document, the code for a new print where there is one, and who helps.
Page {
    id: page

    Column {
        width: parent.width
        spacing: Theme.mm(7)
        ItemList {
            width: parent.width
            items: page.screen.items
            tight: page.screen.items.length > 3 || Theme.landscape
        }
        Words {
            visible: page.screen.code !== ""
            width: parent.width
            size: Theme.act
            strong: true
            text: page.screen.code
        }
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
                height: Theme.target
            }
        }
    }
}
