"""Packs the CMU pronouncing dictionary: a word and its first pronunciation, without stress, in each line, sorted.
usage: cmudict.py cmudict.dict | zstd -19 -o cmudict.txt.zst
cmudict.dict is that of the crate cmudict-fast 0.8.0 (resources/cmudict.dict), which is the dictionary's own; its licence is beside this file."""
import re
import sys

words = {}
for line in open(sys.argv[1], encoding="utf-8"):
    word, _, phonemes = line.split("#")[0].strip().partition(" ")
    if re.fullmatch(r"[a-z]([a-z'.-]*[a-z])?", word) and word not in words:
        words[word] = re.sub(r"\d", "", phonemes)
sys.stdout.write("".join(f"{word} {words[word]}\n" for word in sorted(words)))
