package dev.heimdall.test.tds;

import java.util.ArrayList;
import java.util.List;

/**
 * A table-valued parameter, MS-TDS 2.2.5.5.5.
 *
 * @param type its name
 */
record TableValue(String type, List<Object[]> rows) {
  private static final int NONE = 0xFFFF;
  private static final int END = 0;
  private static final int ROW = 1;
  private static final int ORDER_UNIQUE = 0x10;
  private static final int ORDERING = 0x11;

  static TableValue read(WireReader in, String type) {
    int count = in.u16();
    List<TypeInfo> types = new ArrayList<>();
    List<Boolean> defaults = new ArrayList<>();
    for (int i = 0; count != NONE && i < count; i++) {
      in.i32();
      defaults.add((in.u16() & 0x200) != 0);
      types.add(TypeInfo.read(in));
      in.shortText();
    }
    int token = in.u8();
    while (token == ORDER_UNIQUE || token == ORDERING) {
      int entries = in.u16();
      in.bytes(entries * (token == ORDER_UNIQUE ? 3 : 2));
      token = in.u8();
    }
    if (token != END) {
      throw new TdsProtocolException("token " + token + " behind a table's columns");
    }
    token = in.u8();
    List<Object[]> rows = new ArrayList<>();
    while (token == ROW) {
      Object[] row = new Object[types.size()];
      for (int i = 0; i < row.length; i++) {
        row[i] = defaults.get(i) ? null : Values.read(in, types.get(i));
      }
      rows.add(row);
      token = in.u8();
    }
    return new TableValue(type, rows);
  }

  @Override
  public String toString() {
    return type + " of " + rows.size() + " rows";
  }
}
