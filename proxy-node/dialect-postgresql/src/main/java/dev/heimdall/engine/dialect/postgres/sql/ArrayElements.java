package dev.heimdall.engine.dialect.postgres.sql;

import dev.heimdall.engine.sql.Parameter;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Elements of an array of one dimension, in either of its formats: those that are not NULL. Of a
 * text only what needs no escapes is read.
 */
final class ArrayElements {
  private final int type;
  private final int most;
  private final List<Parameter> found = new ArrayList<>(8);

  /**
   * @param type of the elements; 0 where the server gives it that of the column
   */
  private ArrayElements(int type, int most) {
    this.type = type;
    this.most = most;
  }

  /**
   * The elements of an array that is not NULL.
   *
   * @return null where they are not known, or are more than that
   */
  static List<Parameter> of(Parameter array, int most) {
    int element = element(array.type());
    if (element < 0) {
      return null;
    }
    ArrayElements elements = new ArrayElements(element, most);
    byte[] value = array.value();
    boolean read = array.binary() ? elements.binary(ByteBuffer.wrap(value)) : elements.text(value);
    return read ? elements.found : null;
  }

  /** Type of the elements; 0 where none is given, -1 where nothing is known of it. */
  private static int element(int array) {
    return switch (array) {
      case 0 -> 0;
      case 1005 -> 21;
      case 1007 -> 23;
      case 1009 -> 25;
      case 1015 -> 1043;
      case 1016 -> 20;
      case 2951 -> 2950;
      default -> -1;
    };
  }

  private boolean add(boolean binary, byte[] value) {
    found.add(new Parameter(type, binary, value));
    return found.size() <= most;
  }

  /**
   * Reads dimensions, a flag, the type, length and lower bound, and each value behind its length.
   */
  private boolean binary(ByteBuffer in) {
    try {
      if (in.getInt() != 1) {
        return false;
      }
      in.getInt();
      int as = in.getInt();
      if (type != 0 && as != type) {
        return false;
      }
      int count = in.getInt();
      in.getInt();
      for (int i = 0; i < count; i++) {
        int length = in.getInt();
        if (length < 0) {
          continue;
        }
        byte[] value = new byte[Math.min(length, in.remaining() + 1)];
        in.get(value);
        if (!add(true, value)) {
          return false;
        }
      }
      return !in.hasRemaining();
    } catch (BufferUnderflowException cutOff) {
      return false;
    }
  }

  private boolean text(byte[] text) {
    int last = text.length - 1;
    if (last < 1 || text[0] != '{' || text[last] != '}') {
      return false;
    }
    int at = 1;
    while (at < last) {
      boolean quoted = text[at] == '"';
      int from = quoted ? at + 1 : at;
      int to = end(text, from, last, quoted);
      int next = quoted ? to + 1 : to;
      boolean ends = next == last || (next < last && text[next] == ',' && next + 1 < last);
      if (!ends || (to == from && !quoted)) {
        return false;
      }
      byte[] value = Arrays.copyOfRange(text, from, to);
      if ((quoted || !isNull(value)) && !add(false, value)) {
        return false;
      }
      at = next + 1;
    }
    return true;
  }

  /** The first place of a sign that an element does not hold as it stands. */
  private static int end(byte[] text, int from, int last, boolean quoted) {
    int at = from;
    while (at < last
        && text[at] != '"'
        && text[at] != '\\'
        && (quoted || (text[at] > ' ' && text[at] != ',' && text[at] != '{' && text[at] != '}'))) {
      at++;
    }
    return at;
  }

  private static boolean isNull(byte[] value) {
    return value.length == 4
        && (value[0] | 0x20) == 'n'
        && (value[1] | 0x20) == 'u'
        && (value[2] | 0x20) == 'l'
        && (value[3] | 0x20) == 'l';
  }
}
