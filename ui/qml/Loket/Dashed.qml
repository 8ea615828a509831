import QtQuick

// A dashed edge: not (yet) available.
Image {
    source: visible && width > 0 && height > 0 ? `image://drawn/dashed/line/${width}x${height}/${Theme.contrast ? "contrast" : "own"}` : ""
    Accessible.ignored: true
}
