package dev.heimdall.launcher.moving;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * What a person has to know of what was carried over, and of what was not: in the order of the
 * files' lines, then what no line is to be blamed for.
 */
final class Notes {
  private record Note(Line line, String text) {}

  private final List<Note> all = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  /** The setting has no counterpart. */
  void left(Entry entry, String why) {
    left(entry.at(), entry.shown() + ": " + why);
  }

  /** Something else about a line has no counterpart. */
  void left(Line line, String what) {
    at(line, "not carried over: " + what);
  }

  /** The setting was carried over, and means something else by a little. */
  void differs(Entry entry, String how) {
    at(entry.at(), entry.shown() + ": " + how);
  }

  /** Something else about a line; nothing is said twice. */
  void at(Line line, String what) {
    Note note = new Note(line, line + ": " + what);
    if (!all.contains(note)) {
      all.add(note);
    }
    if (!files.contains(line.file())) {
      files.add(line.file());
    }
  }

  /** Something that no line is to be blamed for. */
  void say(String what) {
    all.add(new Note(null, what));
  }

  /** The same, which several may say. */
  void sayOnce(String what) {
    if (!all.contains(new Note(null, what))) {
      say(what);
    }
  }

  List<String> lines() {
    Comparator<Line> order =
        Comparator.comparing((Line line) -> files.indexOf(line.file())).thenComparing(Line::number);
    return all.stream()
        .sorted(Comparator.comparing(Note::line, Comparator.nullsLast(order)))
        .map(Note::text)
        .toList();
  }
}
