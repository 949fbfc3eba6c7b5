package dev.heimdall.engine.wire.sqlserver;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Walks the tokens of replies by their lengths, from runs that end anywhere, and calls back for
 * what must be known. Rows are passed over. One scanner walks all replies of a connection, one
 * after another: {@link #end} behind the last run of each.
 *
 * <p>Its memory is bounded: what a token needs to be seen whole (at most a mebibyte, for as long as
 * it is cut), and the types of columns.
 */
public final class TdsReplyScanner extends MetadataWalk {
  private static final int NO_METADATA = 0xFFFF;
  private static final int MOST_ALTERNATES = 64;

  /** A longer array is dropped with its reply. */
  private static final int MOST_KEPT_CALLS = 64;

  private static final int NO_HANDLE = -1;
  private static final int NO_ORDINAL = -2;
  private static final int OUTPUT_PARAMETER = 1;

  private static final int TOKEN = FIRST_REPLY_STATE;
  private static final int LENGTH = TOKEN + 1;
  private static final int PIECE = TOKEN + 2;
  private static final int COLUMN_COUNT = TOKEN + 3;
  private static final int ROW = TOKEN + 4;
  private static final int NULLS = TOKEN + 5;
  private static final int ALTERNATE_COUNT = TOKEN + 6;
  private static final int ALTERNATE_ID = TOKEN + 7;
  private static final int ALTERNATE_BY = TOKEN + 8;
  private static final int ALTERNATE_ROW = TOKEN + 9;
  private static final int FEATURE = TOKEN + 10;
  private static final int ORDINAL = TOKEN + 11;
  private static final int OUTPUT_NAME = TOKEN + 12;
  private static final int OUTPUT_STATUS = TOKEN + 13;
  private static final int OUTPUT = TOKEN + 14;
  private static final int BLIND = TOKEN + 15;

  private final TdsReplyListener listener;

  /** The token that is being walked. */
  private int token;

  /** The types of the columns of rows, or null where none is known. */
  private int[] types;

  private int columns;

  /** Of the row that is being walked, which may be an ALTROW. */
  private int[] rowTypes;

  private int rowColumns;
  private int column;
  private boolean hasNulls;
  private byte[] nulls = {};
  private long rows;

  /** Layouts of COMPUTE's rows, of this reply, at their numbers' places. */
  private int[][] alternates = {};

  private int[] alternateIds = {};
  private int alternateId;
  private int alternateColumns;

  private int feature;
  private int ordinal;
  private int valueBytes;
  private int value;
  private int replacedOrdinal = NO_HANDLE;
  private int replacement;

  /** Parameters that the calls of this reply return, each as {@link #returns} has them. */
  private int[] outputs = {};

  private int calls;

  /** Number of calls that were answered. */
  private int call;

  /** Number of parameters that the current call has returned. */
  private int returned;

  public TdsReplyScanner(TdsReplyListener listener, TdsVersion version) {
    super(version);
    this.listener = listener;
    beginToken();
  }

  /** Sets the columns of rows that come without metadata, until the next metadata. */
  public void layout(RowLayout layout) {
    types = layout.types();
    columns = types.length;
  }

  /** The columns of the last metadata, or null where none is known. */
  public RowLayout layout() {
    return types == null ? null : new RowLayout(Arrays.copyOf(types, columns));
  }

  /** Forgets the columns: before a reply whose rows must not be read as the last one's. */
  public void forgetLayout() {
    types = null;
  }

  /**
   * Replaces the handle that this reply returns in a parameter, in place, wherever it is cut. The
   * listener gets the server's own.
   *
   * @param ordinal of the parameter, from 0
   */
  public void replaceHandle(int ordinal, int handle) {
    replacedOrdinal = ordinal;
    replacement = handle;
  }

  /**
   * Adds a call that this reply answers, behind those that were added before. Values have no
   * ordinals below TDS 7.2: they come in the order of the parameters that are passed by reference.
   *
   * @param parameters bit i for the one of ordinal i
   */
  public void returns(int parameters) {
    if (version().hasOrdinals()) {
      return;
    }
    if (calls == outputs.length) {
      outputs = Arrays.copyOf(outputs, Math.max(4, 2 * calls));
    }
    outputs[calls++] = parameters;
  }

  /** Number of rows of this reply so far. */
  public long rows() {
    return rows;
  }

  /**
   * True if this reply has rows whose columns are unknown: nothing is found in it from there on,
   * and only its packets show its end.
   */
  public boolean isBlind() {
    return state() == BLIND;
  }

  /** True between tokens. */
  public boolean isBetweenTokens() {
    return state() == TOKEN && isBetween();
  }

  /**
   * Ends a reply, at the end of its message.
   *
   * @throws TdsProtocolException if that cuts a token
   */
  public void end() {
    boolean cut = !isBlind() && !isBetweenTokens();
    int last = token;
    restart();
    beginToken();
    replacedOrdinal = NO_HANDLE;
    alternates = new int[0][];
    alternateIds = new int[0];
    rows = 0;
    calls = 0;
    call = 0;
    returned = 0;
    outputs = outputs.length > MOST_KEPT_CALLS ? new int[0] : outputs;
    if (cut) {
      throw new TdsProtocolException("a reply ends inside its token 0x%02x".formatted(last));
    }
  }

  @Override
  public void on(ByteBuf in, int from, int to) {
    if (!isBlind()) {
      super.on(in, from, to);
    }
  }

  private void beginToken() {
    expect(TOKEN, 1);
  }

  @Override
  void replyInteger(long number) {
    switch (state()) {
      case TOKEN -> token((int) number);
      case LENGTH -> length(number);
      case COLUMN_COUNT -> {
        if (number == NO_METADATA) {
          beginToken();
        } else {
          walkColumns((int) number);
        }
      }
      case ALTERNATE_COUNT -> {
        alternateColumns = (int) number;
        expect(ALTERNATE_ID, 2);
      }
      case ALTERNATE_ID -> {
        alternateId = (int) number;
        expect(ALTERNATE_BY, 1);
      }
      case ALTERNATE_BY -> {
        skip(2 * number);
        walkAlternate(alternateColumns);
      }
      case ALTERNATE_ROW -> beginAlternateRow((int) number);
      case FEATURE -> {
        feature = (int) number;
        if (feature == LoginFeature.TERMINATOR) {
          beginToken();
        } else {
          expect(LENGTH, 4);
        }
      }
      case ORDINAL -> {
        ordinal = (int) number;
        walkStrings(1, 0, OUTPUT_NAME);
      }
      case OUTPUT_STATUS -> {
        if (!version().hasOrdinals()) {
          ordinal = number == OUTPUT_PARAMETER ? nextOutput() : NO_ORDINAL;
        }
        walkOutput();
      }
      default -> throw new IllegalStateException("state " + state());
    }
  }

  /** Ordinal of the value that comes next of the current call; none where it is not known. */
  private int nextOutput() {
    int left = call < calls ? outputs[call] : 0;
    for (int i = 0; i < returned; i++) {
      left &= left - 1;
    }
    returned++;
    return left == 0 ? NO_ORDINAL : Integer.numberOfTrailingZeros(left);
  }

  private void token(int first) {
    token = first;
    switch (first) {
      case TdsToken.ROW -> beginRow(false);
      case TdsToken.NBC_ROW -> beginRow(true);
      case TdsToken.DONE, TdsToken.DONE_IN_PROC -> expectPiece(version().doneBytes());
      case TdsToken.DONE_PROC -> {
        call++;
        returned = 0;
        expectPiece(version().doneBytes());
      }
      case TdsToken.COL_METADATA -> expect(COLUMN_COUNT, 2);
      case TdsToken.LOGIN_ACK,
          TdsToken.ENV_CHANGE,
          TdsToken.ERROR,
          TdsToken.INFO,
          TdsToken.ORDER,
          TdsToken.TABNAME,
          TdsToken.COLINFO,
          TdsToken.SSPI ->
          expect(LENGTH, 2);
      case TdsToken.SESSION_STATE, TdsToken.FED_AUTH_INFO -> expect(LENGTH, 4);
      case TdsToken.RETURN_STATUS -> expectPiece(4);
      case TdsToken.OFFSET -> {
        skip(4);
        beginToken();
      }
      case TdsToken.RETURN_VALUE -> expect(ORDINAL, 2);
      case TdsToken.FEATURE_EXT_ACK -> expect(FEATURE, 1);
      case TdsToken.ALT_METADATA -> expect(ALTERNATE_COUNT, 2);
      case TdsToken.ALT_ROW -> expect(ALTERNATE_ROW, 2);
      case TdsToken.DATA_CLASSIFICATION -> walkClassification();
      default ->
          throw new TdsProtocolException("a reply has an unknown token 0x%02x".formatted(first));
    }
  }

  private void expectPiece(long bytes) {
    expect(PIECE);
    wantPiece(bytes);
  }

  private void length(long bytes) {
    switch (token) {
      case TdsToken.ORDER, TdsToken.TABNAME, TdsToken.COLINFO -> {
        skip(bytes);
        beginToken();
      }
      default -> expectPiece(bytes);
    }
  }

  @Override
  void columnsWalked(int count, boolean alternate) {
    beginToken();
    if (alternate) {
      addAlternate(count);
      return;
    }
    types = walkedTypes();
    columns = count;
    listener.columns(count);
  }

  private void addAlternate(int count) {
    int place = 0;
    while (place < alternateIds.length && alternateIds[place] != alternateId) {
      place++;
    }
    if (place == MOST_ALTERNATES) {
      throw new TdsProtocolException("a reply with more than 64 layouts of computed rows");
    }
    if (place == alternateIds.length) {
      alternateIds = Arrays.copyOf(alternateIds, place + 1);
      alternates = Arrays.copyOf(alternates, place + 1);
    }
    alternateIds[place] = alternateId;
    alternates[place] = Arrays.copyOf(walkedTypes(), count);
  }

  private void beginAlternateRow(int id) {
    for (int place = 0; place < alternateIds.length; place++) {
      if (alternateIds[place] == id) {
        rowTypes = alternates[place];
        rowColumns = rowTypes.length;
        hasNulls = false;
        column = 0;
        nextValue();
        return;
      }
    }
    throw new TdsProtocolException("a computed row of an unknown layout");
  }

  private void beginRow(boolean compressed) {
    if (types == null) {
      expect(BLIND, 1);
      skip(Long.MAX_VALUE);
      return;
    }
    rows++;
    rowTypes = types;
    rowColumns = columns;
    hasNulls = compressed;
    column = 0;
    if (compressed) {
      expect(NULLS);
      wantPiece(columns + 7 >> 3);
    } else {
      nextValue();
    }
  }

  private void nextValue() {
    expect(ROW);
    while (column < rowColumns) {
      int place = column++;
      if (!(hasNulls && isNull(place)) && walkValue(rowTypes[place], false)) {
        return;
      }
    }
    beginToken();
  }

  private boolean isNull(int place) {
    return (nulls[place >> 3] >> (place & 7) & 1) != 0;
  }

  @Override
  void valueWalked() {
    if (token != TdsToken.RETURN_VALUE) {
      nextValue();
      return;
    }
    beginToken();
    replacedOrdinal = replacedOrdinal == ordinal ? NO_HANDLE : replacedOrdinal;
    if (isHandle() && valueBytes == 4) {
      listener.returnInteger(ordinal, value);
    } else {
      listener.returnOther(ordinal);
    }
  }

  @Override
  void outputWalked() {
    valueBytes = 0;
    value = 0;
    expect(OUTPUT);
    if (!walkValue(outputType(), isHandle())) {
      valueWalked();
    }
  }

  private boolean isHandle() {
    int code = code(outputType());
    return code == INT_N || code == INT_4;
  }

  @Override
  void shown(ByteBuf in, int at, int bytes) {
    for (int i = 0; i < bytes && valueBytes < 4; i++) {
      value |= in.getUnsignedByte(at + i) << 8 * valueBytes;
      if (ordinal == replacedOrdinal) {
        in.setByte(at + i, replacement >> 8 * valueBytes);
      }
      valueBytes++;
    }
  }

  @Override
  void classificationWalked() {
    beginToken();
  }

  @Override
  void replyStrings(int after) {
    expect(OUTPUT_STATUS, 1);
  }

  @Override
  void ownPiece(ByteBuf in, int at, int bytes) {
    if (state() == NULLS) {
      if (nulls.length < bytes) {
        nulls = new byte[bytes];
      }
      in.getBytes(at, nulls, 0, bytes);
      nextValue();
      return;
    }
    if (token == TdsToken.FEATURE_EXT_ACK) {
      expect(FEATURE, 1);
      listener.feature(feature, in, at, bytes);
      return;
    }
    beginToken();
    switch (token) {
      case TdsToken.ENV_CHANGE -> {
        if (bytes < 1) {
          throw new TdsProtocolException("an ENVCHANGE without a type");
        }
        listener.environment(in.getUnsignedByte(at), in, at + 1, bytes - 1);
      }
      case TdsToken.ERROR -> listener.error(in, at, bytes);
      case TdsToken.INFO -> listener.info(in, at, bytes);
      case TdsToken.LOGIN_ACK -> listener.loginAck(in, at, bytes);
      case TdsToken.SSPI -> listener.sspi(in, at, bytes);
      case TdsToken.SESSION_STATE -> listener.sessionState(in, at, bytes);
      case TdsToken.FED_AUTH_INFO -> listener.fedAuthInfo(in, at, bytes);
      case TdsToken.RETURN_STATUS -> listener.returnStatus(in.getIntLE(at));
      default ->
          listener.done(
              token,
              in.getUnsignedShortLE(at),
              in.getUnsignedShortLE(at + 2),
              bytes == 8 ? in.getUnsignedIntLE(at + 4) : in.getLongLE(at + 4));
    }
  }
}
