/* The driver that pcscd loads for a virtual reader on USB, as it loads libccid for a real one.

   The "device" is a socket, /run/NAME for the device node /dev/NAME: a card that is pushed in connects to it (plug.py
   has the protocol). A cable that is out is a socket that is gone: from then on every call fails, as it does on a real
   line before pcscd has heard from udev.

   A reader with keys is asked over SCardControl, as PC/SC part 10 says (v2.02.09 par. 2.3, 2.5.2). Its keys are not
   here: what it is asked goes on to the hand at the slot (pinpad.py), as pseudo-APDUs FF C2 01 00 and FF C2 01 06. */

#define _GNU_SOURCE /* POLLRDHUP */

#include <ifdhandler.h>
#include <poll.h>
#include <pthread.h>
#include <reader.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

enum {
    READERS = 8,
    LONGEST = 0xFFFF,
    OFF = 0,
    ON = 1,
    RESET = 2,
    GIVE_ATR = 4,
    SILENCE_SECONDS = 3, /* libccid waits as long for a card (ccid.h) */
    TYPING_SECONDS = 45, /* and longer where somebody types */
    FEATURES = 0,
    HEADER = 5,
    STATUS = 2,
    SHORT = 256,
    VERIFY_CODE = SCARD_CTL_CODE(3306), /* each reader chooses its own and tells it in its list of features */
};

static struct reader {
    char path[sizeof((struct sockaddr_un *)0)->sun_path];
    int slot, card; /* who may push a card in; the card, 0: none */
    int keys, quick; /* whether SCardControl is answered; whether it tells of each change by itself */
    int news; /* wakes who waits for a change */
    UCHAR atr[MAX_ATR_SIZE];
    DWORD atr_length;
    /* pcscd looks with one thread, and others look too before they talk to a card. Until the first has seen the slot
       empty no next card goes in: it would be taken for the card before. */
    pthread_t eyes;
    int seen_empty;
} readers[READERS];

static struct reader *of(DWORD lun) { return &readers[(lun >> 16) % READERS]; }

static int plugged_in(const struct reader *reader) { return access(reader->path, F_OK) == 0; }

static void card_is_out(struct reader *reader)
{
    if (reader->card > 0)
        close(reader->card);
    reader->card = 0;
    reader->atr_length = 0;
    eventfd_write(reader->news, 1);
    reader->seen_empty = 0;
}

/* Whether the other end is still there. */
static int inside(int card)
{
    UCHAR byte;

    return recv(card, &byte, 1, MSG_PEEK | MSG_DONTWAIT) != 0;
}

static int say(struct reader *reader, const UCHAR *body, size_t length)
{
    int typed = length > 3 && !memcmp(body, "\xFF\xC2\x01", 3) && body[3] == FEATURE_VERIFY_PIN_DIRECT;
    struct timeval patience = {.tv_sec = typed ? TYPING_SECONDS : SILENCE_SECONDS};
    UCHAR message[2 + LONGEST] = {(UCHAR)(length >> 8), (UCHAR)length};

    memcpy(message + 2, body, length);
    setsockopt(reader->card, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return send(reader->card, message, length + 2, MSG_NOSIGNAL) == (ssize_t)length + 2;
}

/* Gives the answer's length, or -1 when the card says nothing, or it or the cable is out. */
static long hear(struct reader *reader, UCHAR *body, size_t room)
{
    UCHAR message[LONGEST] = {0};
    size_t length = 0;
    int whole = recv(reader->card, message, 2, MSG_WAITALL) == 2;

    if (whole) {
        length = (size_t)message[0] << 8 | message[1];
        whole = !length || recv(reader->card, message, length, MSG_WAITALL) == (ssize_t)length;
    }
    if (!whole && !inside(reader->card))
        card_is_out(reader);
    if (!whole || length > room || !plugged_in(reader))
        return -1;
    memcpy(body, message, length);
    return (long)length;
}

RESPONSECODE IFDHCreateChannelByName(DWORD lun, LPSTR device)
{
    struct reader *reader = of(lun);
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *name = strrchr(device, '/'), *product = strchr(device, '/'); /* usb:VID/PID:libudev:0:/dev/NAME */

    if (!name || snprintf(reader->path, sizeof reader->path, "/run%s", name) >= (int)sizeof reader->path)
        return IFD_NO_SUCH_DEVICE;
    reader->keys = strtol(product + 1, NULL, 16) == WITH_KEYS;
    reader->quick = strtol(product + 1, NULL, 16) == WITH_INTERRUPTS;
    reader->seen_empty = 1;
    reader->news = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    strcpy(address.sun_path, reader->path);
    unlink(reader->path);
    reader->slot = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (reader->slot < 0 || bind(reader->slot, (struct sockaddr *)&address, sizeof address) || listen(reader->slot, 1))
        return IFD_COMMUNICATION_ERROR;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHCreateChannel(DWORD lun, DWORD channel)
{
    (void)lun, (void)channel;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHCloseChannel(DWORD lun)
{
    struct reader *reader = of(lun);

    card_is_out(reader);
    close(reader->slot);
    close(reader->news);
    unlink(reader->path);
    return IFD_SUCCESS;
}

/* What a reader with an interrupt line does: it returns when a card comes or goes, when told to stop, or in time. To
   any other pcscd comes back by itself, after 0.4 s. */
static RESPONSECODE wait_for_change(DWORD lun, int ms)
{
    struct reader *reader = of(lun);
    struct pollfd watched[] = {{reader->news, POLLIN, 0}, {reader->slot, POLLIN, 0}};
    eventfd_t nothing;

    reader->eyes = pthread_self();
    if (!reader->quick || !plugged_in(reader))
        return IFD_COMMUNICATION_ERROR;
    if (reader->card)
        watched[1].fd = reader->card, watched[1].events = POLLRDHUP;
    if (reader->card || reader->seen_empty)
        poll(watched, 2, ms);
    eventfd_read(reader->news, &nothing);
    return IFD_SUCCESS;
}

static RESPONSECODE stop_waiting(DWORD lun)
{
    return eventfd_write(of(lun)->news, 1) ? IFD_COMMUNICATION_ERROR : IFD_SUCCESS;
}

RESPONSECODE IFDHGetCapabilities(DWORD lun, DWORD tag, PDWORD length, PUCHAR value)
{
    struct reader *reader = of(lun);

    switch (tag) {
    case TAG_IFD_ATR:
        *length = reader->atr_length;
        memcpy(value, reader->atr, reader->atr_length);
        return IFD_SUCCESS;
    case TAG_IFD_SIMULTANEOUS_ACCESS:
        *length = 1, *value = READERS;
        return IFD_SUCCESS;
    case TAG_IFD_THREAD_SAFE:
    case TAG_IFD_SLOTS_NUMBER:
        *length = 1, *value = 1;
        return IFD_SUCCESS;
    case TAG_IFD_POLLING_THREAD_WITH_TIMEOUT:
    case TAG_IFD_STOP_POLLING_THREAD:
        *length = sizeof(void *);
        *(void **)value = tag == TAG_IFD_STOP_POLLING_THREAD ? (void *)stop_waiting : (void *)wait_for_change;
        return IFD_SUCCESS;
    default:
        return IFD_ERROR_TAG;
    }
}

RESPONSECODE IFDHSetCapabilities(DWORD lun, DWORD tag, DWORD length, PUCHAR value)
{
    (void)lun, (void)tag, (void)length, (void)value;
    return IFD_NOT_SUPPORTED;
}

RESPONSECODE IFDHSetProtocolParameters(DWORD lun, DWORD protocol, UCHAR flags, UCHAR pts1, UCHAR pts2, UCHAR pts3)
{
    (void)lun, (void)protocol, (void)flags, (void)pts1, (void)pts2, (void)pts3;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHPowerICC(DWORD lun, DWORD action, PUCHAR atr, PDWORD length)
{
    struct reader *reader = of(lun);
    const UCHAR wish = action == IFD_POWER_DOWN ? OFF : action == IFD_RESET ? RESET : ON, give = GIVE_ATR;
    long heard;

    *length = 0;
    if (!plugged_in(reader) || !reader->card || !say(reader, &wish, 1))
        return IFD_COMMUNICATION_ERROR;
    if (action == IFD_POWER_DOWN)
        return IFD_SUCCESS;
    heard = say(reader, &give, 1) ? hear(reader, reader->atr, sizeof reader->atr) : -1;
    if (heard <= 0)
        return IFD_ERROR_POWER_ACTION;
    reader->atr_length = heard;
    memcpy(atr, reader->atr, heard);
    *length = heard;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHTransmitToICC(DWORD lun, SCARD_IO_HEADER send, PUCHAR command, DWORD length, PUCHAR answer,
                               PDWORD room, PSCARD_IO_HEADER received)
{
    struct reader *reader = of(lun);
    long heard = -1;

    (void)send, (void)received;
    if (length <= LONGEST && plugged_in(reader) && reader->card && say(reader, command, length))
        heard = hear(reader, answer, *room);
    *room = heard > 0 ? heard : 0;
    return heard > 0 ? IFD_SUCCESS : IFD_COMMUNICATION_ERROR;
}

/* Gives the answer's length, or -1 when the slot says nothing. */
static long ask_the_hand(DWORD lun, UCHAR what, PUCHAR data, DWORD length, PUCHAR answer)
{
    UCHAR command[HEADER + SHORT] = {0xFF, 0xC2, 0x01, what, (UCHAR)length};
    SCARD_IO_HEADER t0 = {0, 0};
    DWORD answered = SHORT + STATUS;

    memcpy(command + HEADER, data, length);
    if (IFDHTransmitToICC(lun, t0, command, HEADER + length, answer, &answered, &t0) != IFD_SUCCESS)
        return -1;
    return answered < STATUS ? -1 : (long)answered;
}

static RESPONSECODE features(DWORD lun, PUCHAR told, DWORD room, LPDWORD written)
{
    const UCHAR verify[] = {FEATURE_VERIFY_PIN_DIRECT, 4, VERIFY_CODE >> 24, VERIFY_CODE >> 16 & 0xFF,
                            VERIFY_CODE >> 8 & 0xFF, VERIFY_CODE & 0xFF};
    UCHAR answer[SHORT + STATUS], nothing = 0;
    long length = ask_the_hand(lun, FEATURES, &nothing, 0, answer);

    if (room < sizeof verify)
        return IFD_ERROR_INSUFFICIENT_BUFFER;
    if (length > STATUS && memchr(answer, FEATURE_VERIFY_PIN_DIRECT, length - STATUS)) {
        memcpy(told, verify, sizeof verify);
        *written = sizeof verify;
    }
    return IFD_SUCCESS;
}

static RESPONSECODE verify(DWORD lun, PUCHAR structure, DWORD length, PUCHAR told, DWORD room, LPDWORD written)
{
    UCHAR answer[SHORT + STATUS];
    long answered = length < SHORT ? ask_the_hand(lun, FEATURE_VERIFY_PIN_DIRECT, structure, length, answer) : -1;

    if (answered < 0 || (DWORD)answered > room)
        return IFD_COMMUNICATION_ERROR;
    memcpy(told, answer, answered);
    *written = answered;
    return IFD_SUCCESS;
}

RESPONSECODE IFDHControl(DWORD lun, DWORD code, PUCHAR asked, DWORD length, PUCHAR told, DWORD room, LPDWORD written)
{
    *written = 0;
    if (!of(lun)->keys)
        return IFD_ERROR_NOT_SUPPORTED;
    switch (code) {
    case CM_IOCTL_GET_FEATURE_REQUEST:
        return features(lun, told, room, written);
    case VERIFY_CODE:
        return verify(lun, asked, length, told, room, written);
    default:
        return IFD_ERROR_NOT_SUPPORTED;
    }
}

RESPONSECODE IFDHICCPresence(DWORD lun)
{
    struct reader *reader = of(lun);

    if (!plugged_in(reader))
        return IFD_COMMUNICATION_ERROR;
    if (reader->card && !inside(reader->card))
        card_is_out(reader);
    if (!reader->card && !reader->seen_empty) {
        reader->seen_empty = pthread_equal(pthread_self(), reader->eyes);
        return IFD_ICC_NOT_PRESENT;
    }
    if (reader->card)
        return IFD_ICC_PRESENT;
    while (!reader->card && (reader->card = accept(reader->slot, NULL, NULL)) > 0 && !inside(reader->card))
        close(reader->card), reader->card = 0; /* pulled before anybody looked */
    if (reader->card < 0)
        reader->card = 0;
    if (reader->card)
        eventfd_write(reader->news, 1); /* whoever took it in: pcscd's own look must not sleep through it */
    return reader->card ? IFD_ICC_PRESENT : IFD_ICC_NOT_PRESENT;
}
