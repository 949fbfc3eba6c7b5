package dev.heimdall.launcher.moving;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Notes for a person on what was carried over, and on what was not: in the order of the files'
 * lines, then those that belong to no line.
 */
final class Notes {
  private record Note(Line line, String text) {}

  private final List<Note> all = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  /** The setting has no counterpart. */
  void left(Entry entry, String why) {
    left(entry.at(), entry.shown() + ": " + why);
  }

  /** Notes that another part of a line has no counterpart. */
  void left(Line line, String what) {
    at(line, "not carried over: " + what);
  }

  /** The setting was carried over, and means something else by a little. */
  void differs(Entry entry, String how) {
    at(entry.at(), entry.shown() + ": " + how);
  }

  /** Adds another note on a line; none is added twice. */
  void at(Line line, String what) {
    Note note = new Note(line, line + ": " + what);
    if (!all.contains(note)) {
      all.add(note);
    }
    if (!files.contains(line.file())) {
      files.add(line.file());
    }
  }

  /** Adds a note that belongs to no line. */
  void say(String what) {
    all.add(new Note(null, what));
  }

  /** Adds a note that belongs to no line and that several may give, once. */
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
