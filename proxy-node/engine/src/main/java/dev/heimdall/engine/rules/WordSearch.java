package dev.heimdall.engine.rules;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Deque;
import java.util.List;

/**
 * Finds which of many words are in a text, in one pass over its bytes (Aho and Corasick's machine
 * as one table). ASCII letters are compared without their case.
 */
final class WordSearch {
  /** Longer words are looked for by their beginning only. */
  static final int LONGEST = 32;

  private static final int NOTHING_FOUND = 0;

  private final int words;
  private final byte[] classOf = new byte[256];
  private final int classes;
  private final int[] next;
  private final long[][] found;

  /** The words are in lower case; ids are their places in the list. */
  WordSearch(List<byte[]> words) {
    this.words = words.size();
    int count = 1;
    for (byte[] word : words) {
      for (int i = 0; i < Math.min(word.length, LONGEST); i++) {
        int c = word[i] & 0xff;
        if (classOf[c] == 0) {
          classOf[c] = (byte) count++;
        }
      }
    }
    for (int c = 'A'; c <= 'Z'; c++) {
      classOf[c] = classOf[c + 32];
    }
    classes = count;
    List<int[]> trie = new ArrayList<>();
    List<BitSet> ends = new ArrayList<>();
    trie.add(row());
    ends.add(new BitSet());
    for (int id = 0; id < words.size(); id++) {
      int state = 0;
      byte[] word = words.get(id);
      for (int i = 0; i < Math.min(word.length, LONGEST); i++) {
        int c = classOf[word[i] & 0xff] & 0xff;
        int to = trie.get(state)[c];
        if (to < 0) {
          to = trie.size();
          trie.get(state)[c] = to;
          trie.add(row());
          ends.add(new BitSet());
        }
        state = to;
      }
      ends.get(state).set(id);
    }
    complete(trie, ends);
    next = new int[trie.size() * classes];
    found = new long[trie.size()][];
    for (int state = 0; state < trie.size(); state++) {
      if (!ends.get(state).isEmpty()) {
        found[state] = ends.get(state).toLongArray();
      }
    }
    for (int state = 0; state < trie.size(); state++) {
      for (int c = 0; c < classes; c++) {
        int to = trie.get(state)[c];
        // A negative number says that words end in the state, so that most steps look no further.
        next[state * classes + c] = found[to] == null ? to * classes : -to * classes;
      }
    }
  }

  private int[] row() {
    int[] row = new int[classes];
    Arrays.fill(row, -1);
    return row;
  }

  private void complete(List<int[]> trie, List<BitSet> ends) {
    int[] fall = new int[trie.size()];
    Deque<Integer> states = new ArrayDeque<>();
    for (int c = 0; c < classes; c++) {
      int to = trie.get(0)[c];
      if (to < 0) {
        trie.get(0)[c] = 0;
      } else {
        states.add(to);
      }
    }
    while (!states.isEmpty()) {
      int state = states.remove();
      ends.get(state).or(ends.get(fall[state]));
      for (int c = 0; c < classes; c++) {
        int to = trie.get(state)[c];
        int otherwise = trie.get(fall[state])[c];
        if (to < 0) {
          trie.get(state)[c] = otherwise;
        } else {
          fall[to] = otherwise;
          states.add(to);
        }
      }
    }
  }

  /** Number of longs in a result. */
  int size() {
    return (words + 63) >> 6;
  }

  /** Sets a bit in {@code result}, which is all zero, for each word in the text. */
  void search(byte[] text, int offset, int length, long[] result) {
    if (words == 0) {
      return;
    }
    int at = 0;
    for (int i = offset, end = offset + length; i < end; i++) {
      at = next[at + classOf[text[i] & 0xff]];
      if (at < NOTHING_FOUND) {
        at = -at;
        long[] here = found[at / classes];
        for (int w = 0; w < here.length; w++) {
          result[w] |= here[w];
        }
      }
    }
  }
}
