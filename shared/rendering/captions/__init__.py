"""Captions of a recording: words with times, cues of one voice, cues of all voices in order, and WebVTT and SRT.

Rules, the more important first: every word once; cues in order of time, and each ends after it begins; in SRT no two
at once, in WebVTT at most two; length and number of lines, and how long a cue lasts; the gap between the cues of one
voice; reading speed. What cannot be kept is counted.
"""
