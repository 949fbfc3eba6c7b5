package dev.heimdall.engine.sql;

import java.io.ByteArrayOutputStream;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * The normalised statement as bytes from which each token can be told again, so that two statements
 * have the same bytes only if they have the same tokens. Marks are bytes below the space; a word
 * ends where the next mark or sign begins, what has a length tells it first.
 */
final class NormalForm implements LiteralList.Sink {
  static final byte PLACEHOLDER = 1;
  static final byte WORD = 2;
  static final byte OPERATOR = 3;

  /** These are followed by four bytes of length, and as many bytes. */
  static final byte QUOTED = 4;

  static final byte BRACKETED = 5;
  static final byte UNICODE_QUOTED = 6;
  static final byte LITERAL = 7;
  static final byte HINT = 8;

  /** Marks a token that only the hash covers: it is shown as a literal. */
  static final byte CODE = 9;

  static final byte EXECUTABLE = 14;
  static final byte BROKEN = 15;

  /** Followed by a byte that would be taken for a mark. */
  static final byte ESCAPE = 16;

  /**
   * Text that may be a value in a hint, or in text that breaks off; names in quotes look the same.
   */
  private static final Pattern VALUES_IN_HINTS =
      Pattern.compile("'[^']*'?|\"[^\"]*\"?|(?<![A-Za-z_0-9])[0-9][0-9A-Za-z.]*");

  private static final VarHandle EIGHT =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int SIZE = 4096;
  private static final int SLACK = 16;

  private final Operators operators;
  private final KeyedHash hash;
  private final byte[] out = new byte[SIZE + SLACK];
  private int length;
  private ByteArrayOutputStream copy;
  private boolean hidesNames;

  NormalForm(Operators operators, long key0, long key1) {
    this.operators = operators;
    hash = new KeyedHash(key0, key1);
  }

  /** Starts over; {@code keep} for {@link #readable}. */
  void begin(long domain, boolean keep) {
    copy = keep ? new ByteArrayOutputStream() : null;
    hash.begin(domain);
    length = 0;
  }

  void finish() {
    if (copy != null) {
      copy.write(out, 0, length);
    }
    hash.finish(out, 0, length);
  }

  long high() {
    return hash.high();
  }

  long low() {
    return hash.low();
  }

  void mark(byte mark) {
    makeRoom();
    out[length++] = mark;
  }

  @Override
  public void item() {
    mark(PLACEHOLDER);
  }

  @Override
  public void sign(int token) {
    makeRoom();
    if (token <= ' ' || token == 0x7f) {
      out[length++] = ESCAPE;
    }
    out[length++] = (byte) token;
  }

  /** A word, with its ASCII capitals made small. */
  void foldedWord(byte[] text, int from, int to) {
    mark(WORD);
    int p = from;
    while (to - p >= 8) {
      makeRoom();
      EIGHT.set(out, length, folded((long) EIGHT.get(text, p)));
      length += 8;
      p += 8;
    }
    makeRoom();
    int rest = to - p;
    if (p + 8 <= text.length) {
      // What is behind the word is overwritten by what comes next.
      EIGHT.set(out, length, folded((long) EIGHT.get(text, p)));
    } else {
      for (int i = 0; i < rest; i++) {
        out[length + i] = ByteClass.lower(text[p + i]);
      }
    }
    length += rest;
  }

  /** A mark, and bytes as they are, none of which can be taken for the next token. */
  void run(byte mark, byte[] text, int from, int to) {
    mark(mark);
    bytes(text, from, to);
  }

  /** A mark, a length, and bytes as they are. */
  void counted(byte mark, byte[] text, int from, int to) {
    mark(mark);
    int size = to - from;
    out[length++] = (byte) size;
    out[length++] = (byte) (size >> 8);
    out[length++] = (byte) (size >> 16);
    out[length++] = (byte) (size >> 24);
    bytes(text, from, to);
  }

  private void bytes(byte[] text, int from, int to) {
    int p = from;
    while (p < to) {
      makeRoom();
      int part = Math.min(to - p, SIZE + SLACK - length);
      System.arraycopy(text, p, out, length, part);
      length += part;
      p += part;
    }
  }

  /** There is room for a mark and a word of eight bytes after this. */
  private void makeRoom() {
    if (length > SIZE) {
      flush();
    }
  }

  private void flush() {
    int words = length >> 3;
    hash.update(out, 0, words);
    int taken = words << 3;
    if (copy != null) {
      copy.write(out, 0, taken);
    }
    System.arraycopy(out, taken, out, 0, length - taken);
    length -= taken;
  }

  /** ASCII capitals made small, eight bytes at once. */
  private static long folded(long word) {
    long seven = word & 0x7f7f7f7f7f7f7f7fL;
    long fromA = seven + 0x3f3f3f3f3f3f3f3fL;
    long aboveZ = seven + 0x2525252525252525L;
    long capitals = fromA & ~aboveZ & ~word & 0x8080808080808080L;
    return word | (capitals >>> 2);
  }

  /**
   * True if something was left out of {@link #readable} that may say where names lead: it may not
   * be concluded from the rest that nothing does.
   */
  boolean hidesNames() {
    return hidesNames;
  }

  /**
   * Kept form for people to read: tokens with spaces between where they need them. Nor is a value
   * shown that stands in a hint, or is not ended: of a text that breaks off nothing is shown from
   * there on.
   *
   * @param opening what opens a name in quotes that are not double
   * @param closing what closes it
   */
  String readable(char opening, char closing) {
    String open = String.valueOf(opening);
    String close = String.valueOf(closing);
    hidesNames = false;
    byte[] form = copy.toByteArray();
    ByteArrayOutputStream text = new ByteArrayOutputStream(form.length);
    int p = 0;
    byte previous = 0;
    while (p < form.length) {
      byte mark = form[p];
      if (needsSpace(previous, mark)) {
        text.write(' ');
      }
      previous = mark;
      p++;
      switch (mark) {
        case PLACEHOLDER -> text.write('?');
        case WORD, OPERATOR -> {
          int start = p;
          while (p < form.length && isInRun(mark, form[p])) {
            p++;
          }
          text.write(form, start, p - start);
        }
        case QUOTED -> p = counted(form, p, "\"", "\"", text);
        case BRACKETED -> p = counted(form, p, open, close, text);
        case UNICODE_QUOTED -> p = counted(form, p, "U&\"", "\"", text);
        case LITERAL -> p = counted(form, p, "'", "'", text);
        case HINT -> p = hint(form, p, text);
        case CODE -> {
          text.write('?');
          p += 4 + size(form, p);
        }
        case EXECUTABLE -> p = counted(form, p, "", "", text);
        case BROKEN -> {
          boolean comment = form[p + 4] == '/';
          text.writeBytes((comment ? "/*?" : "?").getBytes(StandardCharsets.US_ASCII));
          hidesNames = true;
          p += 4 + size(form, p);
        }
        case ESCAPE -> text.write(form[p++]);
        default -> text.write(mark);
      }
    }
    return text.toString(StandardCharsets.UTF_8);
  }

  private int hint(byte[] form, int at, ByteArrayOutputStream text) {
    int size = size(form, at);
    String hint = new String(form, at + 4, size, StandardCharsets.UTF_8);
    String masked = VALUES_IN_HINTS.matcher(hint).replaceAll("?");
    if (!masked.equals(hint)) {
      String small = hint.toLowerCase(Locale.ROOT);
      hidesNames |= small.contains("search_path") || small.contains("set_config");
    }
    text.writeBytes(("/*+" + masked + "*/").getBytes(StandardCharsets.UTF_8));
    return at + 4 + size;
  }

  private static int counted(
      byte[] form, int at, String open, String close, ByteArrayOutputStream text) {
    int size = size(form, at);
    text.writeBytes(open.getBytes(StandardCharsets.US_ASCII));
    text.write(form, at + 4, size);
    text.writeBytes(close.getBytes(StandardCharsets.US_ASCII));
    return at + 4 + size;
  }

  private static int size(byte[] form, int at) {
    return (form[at] & 0xff)
        | (form[at + 1] & 0xff) << 8
        | (form[at + 2] & 0xff) << 16
        | form[at + 3] << 24;
  }

  private boolean isInRun(byte mark, byte b) {
    return mark == WORD ? ByteClass.isInWord(b) || b == '@' || b == '#' : operators.isIn(b & 0xff);
  }

  private static boolean needsSpace(byte previous, byte mark) {
    return previous != 0
        && previous != '('
        && previous != '['
        && previous != '.'
        && previous != ':'
        && mark != ')'
        && mark != '['
        && mark != ']'
        && mark != ','
        && mark != ';'
        && mark != '.'
        && mark != ':'
        && !(mark == '(' && previous == WORD);
  }
}
