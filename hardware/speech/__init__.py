"""Speech: espeak-ng makes the sound, or a recording of the town, and ALSA's `aplay` lets it be heard.

`speaker` is the driver of `hardware.sound.Speaker`, `jack` of `HeadsetJack`; `wave` is what sound is made of. Both
programs run as child processes that end with the sentence: what they hold of a person is gone with them.
"""

from hardware.speech.jack import EvdevJack as EvdevJack
from hardware.speech.recordings import Recordings as Recordings
from hardware.speech.speaker import EspeakSpeaker as EspeakSpeaker
