package dev.heimdall.engine.sql;

import java.text.Normalizer;
import java.util.Locale;
import java.util.Map;

/**
 * A name in a form that all names share which a linguistic comparison may hold for one: without
 * regard to case, width, accents, kinds of kana, characters that are not seen, and blanks at the
 * end. Different names may share it, too.
 */
public final class FoldedName {
  /** Letters that decomposition leaves as they are. */
  private static final Map<Character, String> LETTERS =
      Map.ofEntries(
          Map.entry('æ', "ae"),
          Map.entry('œ', "oe"),
          Map.entry('ø', "o"),
          Map.entry('đ', "d"),
          Map.entry('ð', "d"),
          Map.entry('þ', "th"),
          Map.entry('ł', "l"),
          Map.entry('ħ', "h"),
          Map.entry('ŧ', "t"),
          Map.entry('ı', "i"));

  private static final char FIRST_HIRAGANA = 'ぁ';
  private static final char LAST_HIRAGANA = 'ゖ';
  private static final char FIRST_KATAKANA = 'ァ';

  private FoldedName() {}

  /** Returns the form of a name; of a null null. */
  public static String of(String name) {
    if (name == null) {
      return null;
    }
    for (int i = 0; i < name.length(); i++) {
      if (name.charAt(i) >= 0x80 || name.charAt(i) < ' ') {
        return folded(name);
      }
    }
    return name.stripTrailing().toLowerCase(Locale.ROOT);
  }

  private static String folded(String name) {
    // Capital letters first: some have no small one of their own.
    String upper = name.toUpperCase(Locale.ROOT);
    String plain = Normalizer.normalize(upper, Normalizer.Form.NFKD).toLowerCase(Locale.ROOT);
    StringBuilder form = new StringBuilder(plain.length());
    for (int i = 0; i < plain.length(); i++) {
      char c = plain.charAt(i);
      switch (Character.getType(c)) {
        case Character.CONTROL,
            Character.FORMAT,
            Character.NON_SPACING_MARK,
            Character.ENCLOSING_MARK,
            Character.COMBINING_SPACING_MARK,
            Character.UNASSIGNED -> {}
        default -> {
          if (c >= FIRST_HIRAGANA && c <= LAST_HIRAGANA) {
            form.append((char) (c - FIRST_HIRAGANA + FIRST_KATAKANA));
          } else {
            String letters = LETTERS.get(c);
            form.append(letters == null ? String.valueOf(c) : letters);
          }
        }
      }
    }
    return form.toString().stripTrailing();
  }
}
