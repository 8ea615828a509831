import QtQuick

// A picture of ui/pictures, drawn in the theme's colours; `it` is the name of the colour of an icon.
Image {
    property string name: ""
    property string it: "ink"

    source: name !== "" && width > 0 && height > 0 ? `image://drawn/${name}/${it}/${width}x${height}/${Theme.contrast ? "contrast" : "own"}` : ""
    fillMode: Image.PreserveAspectFit
    Accessible.ignored: true
}
