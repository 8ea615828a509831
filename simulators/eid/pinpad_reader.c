/* A reader with keys of its own that is asked over SCardControl, as PC/SC part 10 says (v2.02.09 §2.3, §2.5.2).

   pcscd loads this as it loads the driver of any reader. It is linked to vpcd's driver, which holds the virtual slot, and
   has in its place the one call to which vpcd says nothing. The keys are not here: what the reader is asked goes on to
   the hand at the slot (pinpad.py), as the pseudo-APDUs FF C2 01 00 and FF C2 01 06. */

#include <ifdhandler.h>
#include <reader.h>
#include <string.h>

enum {
    VERIFY_CODE = SCARD_CTL_CODE(3306), /* each reader chooses its own and tells it in its list of features */
    HEADER = 5,
    STATUS = 2,
    SHORT = 256,
};

/* Gives the answer's length, or -1 when the slot says nothing. */
static long ask_the_hand(DWORD reader, UCHAR what, PUCHAR data, DWORD length, PUCHAR answer)
{
    UCHAR command[HEADER + SHORT] = {0xFF, 0xC2, 0x01, what, (UCHAR)length};
    SCARD_IO_HEADER t0 = {0, 0};
    DWORD answered = SHORT + STATUS;

    memcpy(command + HEADER, data, length);
    if (IFDHTransmitToICC(reader, t0, command, HEADER + length, answer, &answered, &t0) != IFD_SUCCESS)
        return -1;
    return answered < STATUS ? -1 : (long)answered;
}

static RESPONSECODE features(DWORD reader, PUCHAR told, DWORD room, LPDWORD written)
{
    const UCHAR verify[] = {FEATURE_VERIFY_PIN_DIRECT, 4, VERIFY_CODE >> 24, VERIFY_CODE >> 16 & 0xFF,
                            VERIFY_CODE >> 8 & 0xFF, VERIFY_CODE & 0xFF};
    UCHAR answer[SHORT + STATUS];
    long length = ask_the_hand(reader, 0x00, NULL, 0, answer);

    if (room < sizeof verify)
        return IFD_ERROR_INSUFFICIENT_BUFFER;
    if (length > STATUS && memchr(answer, FEATURE_VERIFY_PIN_DIRECT, length - STATUS)) {
        memcpy(told, verify, sizeof verify);
        *written = sizeof verify;
    }
    return IFD_SUCCESS;
}

static RESPONSECODE verify(DWORD reader, PUCHAR structure, DWORD length, PUCHAR told, DWORD room, LPDWORD written)
{
    UCHAR answer[SHORT + STATUS];
    long answered = length < SHORT ? ask_the_hand(reader, FEATURE_VERIFY_PIN_DIRECT, structure, length, answer) : -1;

    if (answered < 0 || (DWORD)answered > room)
        return IFD_COMMUNICATION_ERROR;
    memcpy(told, answer, answered);
    *written = answered;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD reader, DWORD code, PUCHAR asked, DWORD length, PUCHAR told, DWORD room,
                         LPDWORD written)
{
    *written = 0;
    switch (code) {
    case CM_IOCTL_GET_FEATURE_REQUEST:
        return features(reader, told, room, written);
    case VERIFY_CODE:
        return verify(reader, asked, length, told, room, written);
    default:
        return IFD_ERROR_NOT_SUPPORTED;
    }
}
