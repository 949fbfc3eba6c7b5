package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Walks a request of remote procedure calls by its lengths, from runs that end anywhere: all but
 * texts of statements passes in constant memory, table-valued parameters included.
 */
public final class TdsRpcScanner extends TypedWalk {
  private static final int BY_NUMBER = 0xFFFF;
  private static final int NEXT_CALL_7_1 = 0x80;
  private static final int NEXT_CALL = 0xFF;
  private static final int NEXT_CALL_UNEXECUTED = 0xFE;
  private static final int ENCRYPTED = 0x08;

  /** In bytes: four parts of 128 characters, each in brackets. */
  private static final int LONGEST_NAME = 4096;

  private static final int VARCHAR = 0xA7;
  private static final int CHAR = 0xAF;
  private static final int SHORT_VARCHAR = 0x27;
  private static final int SHORT_CHAR = 0x2F;
  private static final int VARBINARY = 0xA5;
  private static final int BINARY = 0xAD;
  private static final int SHORT_VARBINARY = 0x25;
  private static final int SHORT_BINARY = 0x2D;
  private static final int VARIANT = 0x62;
  private static final int XML = 0xF1;
  private static final int UDT = 0xF0;
  private static final int JSON = 0xF4;

  private static final int NO_COLUMNS = 0xFFFF;
  private static final int DEFAULT_COLUMN = 0x0200;
  private static final int ORDER_UNIQUE = 0x10;
  private static final int COLUMN_ORDER = 0x11;
  private static final int ABSENT = -1;
  private static final int MOST_COLUMNS = 1024;

  private static final int HEADERS = FIRST_OWN_STATE;
  private static final int NAME_LENGTH = HEADERS + 1;
  private static final int NUMBER = HEADERS + 2;
  private static final int NAME = HEADERS + 3;
  private static final int OPTIONS = HEADERS + 4;
  private static final int PARAMETER = HEADERS + 5;
  private static final int PARAMETER_NAME = HEADERS + 6;
  private static final int STATUS = HEADERS + 7;
  private static final int CIPHER = HEADERS + 8;
  private static final int CIPHER_NAME = HEADERS + 9;
  private static final int COLUMN_COUNT = HEADERS + 10;
  private static final int COLUMN_FLAGS = HEADERS + 11;
  private static final int COLUMN_NAME = HEADERS + 12;
  private static final int TABLE_OPTION = HEADERS + 13;
  private static final int ORDER_COUNT = HEADERS + 14;
  private static final int TABLE_ROW = HEADERS + 15;
  private static final int ENCLAVE = HEADERS + 16;

  /** Kinds of types and values that are walked. */
  private enum Subject {
    PARAMETER,
    CIPHER,
    COLUMN
  }

  private final TdsRpcListener listener;
  private final TdsText name = new TdsText(LONGEST_NAME);
  private final TdsText text;

  private TdsVersion version = TdsVersion.V7_4;
  private boolean enclaves;

  private long base;
  private int runFrom;

  private int procedure;

  /** True if each text among the parameters of the call may be run. */
  private boolean runsTexts;

  private int index;
  private int status;
  private Subject subject;
  private int type;
  private int handle;
  private int handleBytes;
  private long handleOffset;
  private boolean inText;
  private long textOffset;

  private int[] columnTypes = {};
  private int columns;
  private int column;
  private int columnFlags;
  private int orderBytes;

  /**
   * Makes a scanner.
   *
   * @param textLimit bytes that are kept of a statement's text, as UTF-8
   */
  public TdsRpcScanner(TdsRpcListener listener, int textLimit) {
    this.listener = listener;
    text = new TdsText(textLimit);
  }

  /** Sets the version that was agreed. */
  public void version(TdsVersion version) {
    this.version = version;
  }

  /** Sets that secure enclaves were agreed: calls then begin with a package for one. */
  public void enclaves(boolean agreed) {
    enclaves = agreed;
  }

  /** Begins a request. */
  public void begin() {
    restart();
    base = 0;
    if (version.hasHeaders()) {
      expect(HEADERS, 4);
    } else {
      expect(NAME_LENGTH, 2);
    }
  }

  /**
   * Ends a request, at the end of its message.
   *
   * @throws TdsProtocolException if that cuts a call
   */
  public void end() {
    if (state() != PARAMETER || !isBetween()) {
      throw new TdsProtocolException("a request of procedure calls ends inside one");
    }
    listener.endCall(false);
  }

  @Override
  public void on(ByteBuf in, int from, int to) {
    runFrom = from;
    super.on(in, from, to);
    base += to - from;
  }

  @Override
  boolean isRequest() {
    return true;
  }

  @Override
  void ownInteger(long number) {
    switch (state()) {
      case HEADERS -> {
        if (number < 4) {
          throw new TdsProtocolException("ALL_HEADERS of " + number + " bytes");
        }
        skip(number - 4);
        expect(NAME_LENGTH, 2);
      }
      case NAME_LENGTH -> {
        name.restart();
        if (number == BY_NUMBER) {
          expect(NUMBER, 2);
        } else {
          expect(NAME);
          wantPiece(2 * number);
        }
      }
      case NUMBER -> {
        procedure = (int) number;
        runsTexts = false;
        expect(OPTIONS, 2);
      }
      case OPTIONS -> {
        index = 0;
        listener.call(procedure, name, (int) number);
        if (enclaves) {
          expect(ENCLAVE, 2);
        } else {
          expect(PARAMETER, 1);
        }
      }
      case ENCLAVE -> {
        skip(number);
        expect(PARAMETER, 1);
      }
      case PARAMETER -> parameter((int) number);
      case STATUS -> {
        status = (int) number;
        subject = Subject.PARAMETER;
        walkType();
      }
      case CIPHER -> {
        if (number == 0) {
          walkStrings(1, 0, CIPHER_NAME);
        } else {
          endCipher();
        }
      }
      default -> tableInteger(number);
    }
  }

  private void parameter(int first) {
    boolean wide = version.hasHeaders();
    if (wide ? first == NEXT_CALL || first == NEXT_CALL_UNEXECUTED : first == NEXT_CALL_7_1) {
      listener.endCall(true);
      expect(NAME_LENGTH, 2);
      return;
    }
    name.restart();
    expect(PARAMETER_NAME);
    wantPiece(2L * first);
  }

  @Override
  void ownPiece(ByteBuf in, int at, int bytes) {
    name.append(in, at, at + bytes);
    name.end();
    if (state() == NAME) {
      ProcedureName called = ProcedureName.of(name.text());
      procedure = RpcProcedure.number(called);
      runsTexts = procedure == RpcProcedure.OTHER && called.mayRunTexts();
      expect(OPTIONS, 2);
    } else {
      expect(STATUS, 1);
    }
  }

  @Override
  void typeWalked(int walked) {
    switch (subject) {
      case CIPHER -> expect(CIPHER, 1);
      case COLUMN -> {
        if (kind(walked) == TABLE) {
          throw new TdsProtocolException("a table inside a table-valued parameter");
        }
        if (column == columnTypes.length) {
          columnTypes = Arrays.copyOf(columnTypes, Math.max(16, 2 * column));
        }
        columnTypes[column++] = (columnFlags & DEFAULT_COLUMN) == 0 ? walked : ABSENT;
        walkStrings(1, 0, COLUMN_NAME);
      }
      case PARAMETER -> {
        type = walked;
        listener.parameter(index, name, status, code(walked));
        if (kind(walked) == TABLE) {
          expect(COLUMN_COUNT, 2);
        } else {
          value();
        }
      }
    }
  }

  /** True if each text among the parameters of the call that has begun may be run. */
  public boolean runsTexts() {
    return runsTexts;
  }

  private void value() {
    inText =
        runsTexts
            || index == RpcProcedure.statementAt(procedure)
            || index == RpcProcedure.declarationsAt(procedure);
    boolean isHandle =
        index == RpcProcedure.handleAt(procedure)
            || index == RpcProcedure.cursorAt(procedure)
            || isCursorOption();
    text.restart();
    handle = 0;
    handleBytes = 0;
    handleOffset = ABSENT;
    shownBytes = false;
    plain = true;
    checksLength(type);
    if (!walkValue(type, inText || isHandle)) {
      valueWalked();
    }
  }

  private boolean isCursorOption() {
    int first = RpcProcedure.scrollAt(procedure);
    return first >= 0 && (index == first || index == first + 1);
  }

  /** True if the value that is shown has bytes: it is neither NULL nor empty. */
  private boolean shownBytes;

  /** True if the value that is shown is ASCII, where it is no UTF-16. */
  private boolean plain;

  @Override
  void shown(ByteBuf in, int at, int bytes) {
    if (inText && !shownBytes) {
      textOffset = base + at - runFrom;
    }
    shownBytes = true;
    if (inText && (isUtf16(code(type)) || !runsTexts)) {
      text.append(in, at, at + bytes);
      return;
    }
    if (inText) {
      plain &= text.appendAscii(in, at, at + bytes);
      return;
    }
    if (handleBytes == 0) {
      handleOffset = base + at - runFrom;
    }
    for (int i = 0; i < bytes; i++) {
      if (handleBytes < 4) {
        handle |= in.getUnsignedByte(at + i) << 8 * handleBytes;
      }
      handleBytes++;
    }
  }

  @Override
  void valueWalked() {
    if (subject == Subject.COLUMN) {
      nextValue();
      return;
    }
    report();
    endParameter();
  }

  private void report() {
    int code = code(type);
    if (runsTexts) {
      reportRunText(code);
    } else if (index == RpcProcedure.statementAt(procedure)) {
      text.end();
      boolean readable = isUtf16(code) && shownBytes;
      if (readable) {
        listener.statementAt(textOffset - StatementParameter.bytesBefore(code, kind(type)));
      }
      listener.statement(text, readable);
    } else if (index == RpcProcedure.declarationsAt(procedure)) {
      text.end();
      if (isUtf16(code) && shownBytes) {
        listener.declarations(text);
      }
    } else if (index == RpcProcedure.handleAt(procedure)) {
      listener.handle(handle, offset(code));
    } else if (index == RpcProcedure.cursorAt(procedure)) {
      listener.cursor(handle, offset(code));
    } else if (isCursorOption()) {
      listener.cursorOption(index - RpcProcedure.scrollAt(procedure), handle);
    }
  }

  private void reportRunText(int code) {
    text.end();
    switch (code) {
      case N_VARCHAR, N_CHAR, N_TEXT -> listener.text(text, true);
      case VARCHAR, CHAR, SHORT_VARCHAR, SHORT_CHAR, TEXT -> listener.text(text, plain);
      default -> {
        if (shownBytes && mayBeText(code)) {
          listener.text(text, false);
        }
      }
    }
  }

  /** True for types that a server converts to characters, as they are. */
  private static boolean mayBeText(int code) {
    return switch (code) {
      case BINARY, VARBINARY, SHORT_BINARY, SHORT_VARBINARY, IMAGE, VARIANT, XML, UDT, JSON -> true;
      default -> false;
    };
  }

  private long offset(int code) {
    return (code == INT_N || code == INT_4) && handleBytes == 4 ? handleOffset : ABSENT;
  }

  private static boolean isUtf16(int code) {
    return code == N_VARCHAR || code == N_CHAR || code == N_TEXT;
  }

  private void endParameter() {
    index++;
    if ((status & ENCRYPTED) != 0) {
      subject = Subject.CIPHER;
      walkType();
    } else {
      expect(PARAMETER, 1);
    }
  }

  private void endCipher() {
    skip(1 + 4 + 4 + 4 + 8 + 1);
    expect(PARAMETER, 1);
  }

  private void tableInteger(long number) {
    switch (state()) {
      case COLUMN_COUNT -> {
        columns = number == NO_COLUMNS ? 0 : (int) number;
        if (columns > MOST_COLUMNS) {
          throw new TdsProtocolException("a table-valued parameter of " + columns + " columns");
        }
        column = 0;
        subject = Subject.COLUMN;
        nextColumn();
      }
      case COLUMN_FLAGS -> {
        columnFlags = (int) number;
        walkType();
      }
      case TABLE_OPTION -> {
        switch ((int) number) {
          case 0 -> expect(TABLE_ROW, 1);
          case ORDER_UNIQUE -> {
            orderBytes = 3;
            expect(ORDER_COUNT, 2);
          }
          case COLUMN_ORDER -> {
            orderBytes = 2;
            expect(ORDER_COUNT, 2);
          }
          default ->
              throw new TdsProtocolException(
                  "a table-valued parameter has an unknown token " + number);
        }
      }
      case ORDER_COUNT -> {
        skip(orderBytes * number);
        expect(TABLE_OPTION, 1);
      }
      case TABLE_ROW -> {
        if (number == 0) {
          endParameter();
        } else if (number == TdsToken.TVP_ROW) {
          column = 0;
          nextValue();
        } else {
          throw new TdsProtocolException("a table-valued parameter has an unknown token " + number);
        }
      }
      default -> throw new IllegalStateException("state " + state());
    }
  }

  private void nextColumn() {
    if (column == columns) {
      expect(TABLE_OPTION, 1);
    } else {
      skip(4);
      expect(COLUMN_FLAGS, 2);
    }
  }

  private void nextValue() {
    while (column < columns) {
      int columnType = columnTypes[column++];
      if (columnType != ABSENT) {
        checksLength(columnType);
        if (walkValue(columnType, false)) {
          return;
        }
      }
    }
    expect(TABLE_ROW, 1);
  }

  @Override
  void stringsWalked(int after) {
    if (after == CIPHER_NAME) {
      endCipher();
    } else {
      nextColumn();
    }
  }
}
