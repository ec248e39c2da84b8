"""Packs how often English words come: a word and the number of centibels that its share of all words is below 1 in each line, sorted.
usage: everyday.py small_en.msgpack.gz | zstd -19 -o everyday.txt.zst
small_en.msgpack.gz is that of the Python package wordfreq 3.1.1 (wordfreq/data); where its numbers come from, and under which terms, is beside this file. Needs the package msgpack."""
import gzip
import re
import sys

import msgpack

words = {}
for centibels, bucket in enumerate(msgpack.load(gzip.open(sys.argv[1]))[1:]):
    for word in bucket:
        if re.fullmatch(r"[a-z]([a-z'.-]*[a-z])?", word):
            words.setdefault(word, centibels)
sys.stdout.write("".join(f"{word} {words[word]}\n" for word in sorted(words)))
