package dev.heimdall.test.tds;

/**
 * TYPE_INFO of MS-TDS 2.2.5.6.
 *
 * @param type its token
 * @param length most bytes; {@link #MAX} for (max) types
 * @param precision of decimals
 * @param scale of decimals and times
 * @param utf8 if the collation says so
 * @param name of a table type, else null
 */
record TypeInfo(int type, int length, int precision, int scale, boolean utf8, String name) {
  static final int MAX = 0xFFFF;
  private static final int LONGEST = 8000;

  static final int NULL = 0x1F;
  static final int INT1 = 0x30;
  static final int BIT = 0x32;
  static final int INT2 = 0x34;
  static final int INT4 = 0x38;
  static final int DATETIM4 = 0x3A;
  static final int FLT4 = 0x3B;
  static final int MONEY = 0x3C;
  static final int DATETIME = 0x3D;
  static final int FLT8 = 0x3E;
  static final int MONEY4 = 0x7A;
  static final int INT8 = 0x7F;
  static final int GUID = 0x24;
  static final int INTN = 0x26;
  static final int DATEN = 0x28;
  static final int TIMEN = 0x29;
  static final int DATETIME2N = 0x2A;
  static final int DATETIMEOFFSETN = 0x2B;
  static final int BITN = 0x68;
  static final int DECIMALN = 0x6A;
  static final int NUMERICN = 0x6C;
  static final int FLTN = 0x6D;
  static final int MONEYN = 0x6E;
  static final int DATETIMEN = 0x6F;
  static final int BIGVARBINARY = 0xA5;
  static final int BIGVARCHAR = 0xA7;
  static final int BIGBINARY = 0xAD;
  static final int BIGCHAR = 0xAF;
  static final int NVARCHAR = 0xE7;
  static final int NCHAR = 0xEF;
  static final int XML = 0xF1;
  static final int TEXT = 0x23;
  static final int IMAGE = 0x22;
  static final int NTEXT = 0x63;
  static final int VARIANT = 0x62;
  static final int TABLE = 0xF3;

  /** Latin1_General_CI_AS: 0x0409, ignoring case, kana and width; sort order 52. */
  static final byte[] COLLATION = {0x09, 0x04, (byte) 0xD0, 0x00, 0x34};

  private static final int UTF8_FLAG = 0x04;

  TypeInfo(int type, int length) {
    this(type, length, 0, 0, false, null);
  }

  static TypeInfo decimal(int precision, int scale) {
    int size = precision <= 9 ? 5 : precision <= 19 ? 9 : precision <= 28 ? 13 : 17;
    return new TypeInfo(NUMERICN, size, precision, scale, false, null);
  }

  static TypeInfo time(int type, int scale) {
    return new TypeInfo(type, 0, 0, scale, false, null);
  }

  /** nvarchar of so many characters, (max) beyond 4000. */
  static TypeInfo nvarchar(long characters) {
    return new TypeInfo(
        NVARCHAR, characters * 2 > LONGEST ? MAX : (int) Math.max(2, characters * 2));
  }

  static TypeInfo varchar(long characters) {
    return new TypeInfo(BIGVARCHAR, characters > LONGEST ? MAX : (int) Math.max(1, characters));
  }

  static TypeInfo varbinary(long bytes) {
    return new TypeInfo(BIGVARBINARY, bytes > LONGEST ? MAX : (int) Math.max(1, bytes));
  }

  boolean isMax() {
    return length == MAX && (type == NVARCHAR || type == BIGVARCHAR || type == BIGVARBINARY);
  }

  /** text, ntext and image, which have their table's name in results. */
  boolean isLargeOld() {
    return type == TEXT || type == NTEXT || type == IMAGE;
  }

  static TypeInfo read(WireReader in) {
    int type = in.u8();
    switch (type) {
      case NULL:
        return new TypeInfo(type, 0);
      case INT1, BIT:
        return new TypeInfo(type, 1);
      case INT2:
        return new TypeInfo(type, 2);
      case INT4, DATETIM4, FLT4, MONEY4:
        return new TypeInfo(type, 4);
      case MONEY, DATETIME, FLT8, INT8:
        return new TypeInfo(type, 8);
      case DATEN:
        return new TypeInfo(type, 3);
      case TIMEN, DATETIME2N, DATETIMEOFFSETN:
        return time(type, in.u8());
      case GUID, INTN, BITN, FLTN, MONEYN, DATETIMEN:
        return new TypeInfo(type, in.u8());
      case DECIMALN, NUMERICN:
        return new TypeInfo(type, in.u8(), in.u8(), in.u8(), false, null);
      case BIGVARCHAR, BIGCHAR, NVARCHAR, NCHAR:
        int length = in.u16();
        return new TypeInfo(type, length, 0, 0, utf8(in.bytes(5)), null);
      case BIGVARBINARY, BIGBINARY:
        return new TypeInfo(type, in.u16());
      case TEXT, NTEXT:
        int most = in.i32();
        return new TypeInfo(type, most, 0, 0, utf8(in.bytes(5)), null);
      case IMAGE, VARIANT:
        return new TypeInfo(type, in.i32());
      case XML:
        if (in.u8() != 0) {
          in.shortText();
          in.shortText();
          in.text();
        }
        return new TypeInfo(type, MAX);
      case TABLE:
        in.shortText();
        in.shortText();
        return new TypeInfo(type, 0, 0, 0, false, in.shortText());
      default:
        throw new TdsProtocolException("type 0x" + Integer.toHexString(type));
    }
  }

  /** Type of an output value: nullable, and none of the old large ones. */
  static TypeInfo returned(TypeInfo parameter) {
    return switch (parameter.type()) {
      case INT1, INT2, INT4, INT8 -> new TypeInfo(INTN, parameter.length());
      case BIT -> new TypeInfo(BITN, 1);
      case FLT4, FLT8 -> new TypeInfo(FLTN, parameter.length());
      case MONEY, MONEY4, MONEYN -> decimal(19, 4);
      case DATETIME, DATETIM4, DATETIMEN -> new TypeInfo(DATETIMEN, 8);
      case TEXT, NTEXT, XML, NULL, VARIANT -> nvarchar(LONGEST);
      case IMAGE -> varbinary(LONGEST * 2);
      case DECIMALN, NUMERICN -> decimal(parameter.precision(), parameter.scale());
      default -> parameter;
    };
  }

  private static boolean utf8(byte[] collation) {
    return (collation[3] & UTF8_FLAG) != 0;
  }

  void write(ReplyWriter out) {
    out.u8(type);
    switch (type) {
      case TIMEN, DATETIME2N, DATETIMEOFFSETN -> out.u8(scale);
      case GUID, INTN, BITN, FLTN, MONEYN, DATETIMEN -> out.u8(length);
      case DECIMALN, NUMERICN -> out.u8(length).u8(precision).u8(scale);
      case BIGVARCHAR, BIGCHAR, NVARCHAR, NCHAR -> {
        byte[] collation = COLLATION.clone();
        collation[3] |= (byte) (utf8 ? UTF8_FLAG : 0);
        out.u16(length).bytes(collation);
      }
      case BIGVARBINARY, BIGBINARY -> out.u16(length);
      case TEXT, NTEXT -> out.i32(length).bytes(COLLATION);
      case IMAGE, VARIANT -> out.i32(length);
      default -> {}
    }
  }
}
