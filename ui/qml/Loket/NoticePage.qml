import QtQuick

// A message: what it means, and the ways out that do work, each under a strong line.
Page {
    id: page

    Sections {
        id: ways
        width: parent.width
        parts: page.screen.sections
    }
    CounterBlock {
        y: ways.height + Theme.mm(ways.height > 0 ? 10 : 0)
        width: parent.width
        visible: !!page.screen.qr
        qr: page.screen.qr ?? null
    }
}
