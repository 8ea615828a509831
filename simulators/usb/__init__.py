"""Card readers on USB that can be plugged in and pulled out while pcscd runs, as pcscd hears of it on a real machine.

`bus` is the folder in which a device shows itself below /sys, and its cable; `udev` says what udev would say of it;
`reader.c` is the driver that pcscd loads for such a reader, as it loads libccid. pcscd, libudev and the kernel's own
line between them are real: only the device, its cable and udev are ours. Used by `simulators.pcscd` alone.
"""
