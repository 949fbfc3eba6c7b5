package dev.heimdall.engine.wire.sqlserver;

import java.util.Arrays;

/** Walks what describes columns, output parameters and the classification of data. */
abstract class MetadataWalk extends TypedWalk {
  /** States of subclasses are from here on. */
  static final int FIRST_REPLY_STATE = 48;

  private static final int ENCRYPTED = 0x0800;
  private static final int NAMED_ALGORITHM = 0;
  private static final int RANKED = 2;
  private static final int FIRST_TYPES = 16;

  /** A longer array is dropped with the next metadata. */
  private static final int MOST_KEPT_TYPES = 1024;

  private static final int FLAGS = FIRST_OWN_STATE;
  private static final int KEY_COUNT = FLAGS + 1;
  private static final int KEY_VALUES = FLAGS + 2;
  private static final int KEY_VALUE = FLAGS + 3;
  private static final int KEY_PATH = FLAGS + 4;
  private static final int KEY_ALGORITHM = FLAGS + 5;
  private static final int TABLE_PARTS = FLAGS + 6;
  private static final int TABLE_NAME = FLAGS + 7;
  private static final int ALGORITHM = FLAGS + 8;
  private static final int ALGORITHM_NAME = FLAGS + 9;
  private static final int COLUMN_NAME = FLAGS + 10;
  private static final int LABELS = FLAGS + 11;
  private static final int LABEL_NAMES = FLAGS + 12;
  private static final int KINDS = FLAGS + 13;
  private static final int KIND_NAMES = FLAGS + 14;
  private static final int CLASSIFIED_COLUMNS = FLAGS + 15;
  private static final int PROPERTIES = FLAGS + 16;

  /** Kinds of values that metadata describes. */
  private enum Subject {
    COLUMNS,
    ALTERNATE,
    OUTPUT
  }

  private TdsVersion version;
  private boolean encryptsColumns;
  private int classification;

  private Subject subject;
  private int[] types = {};
  private int columns;
  private int column;
  private int outputType;
  private int flags;
  private boolean inBaseType;
  private int keys;
  private int keyValues;
  private int classified;

  MetadataWalk(TdsVersion version) {
    this.version = version;
  }

  /** Sets the version as LOGINACK has it; metadata and DONE depend on it. */
  public void version(TdsVersion version) {
    this.version = version;
  }

  final TdsVersion version() {
    return version;
  }

  /** Sets that column encryption was agreed: metadata then has keys. */
  public void encryptsColumns(boolean agreed) {
    encryptsColumns = agreed;
  }

  /** Sets the version of data classification that was agreed; its token has no length. */
  public void dataClassification(int agreed) {
    classification = agreed;
  }

  /** Begins the columns of a COLMETADATA, behind their count. */
  final void walkColumns(int count) {
    subject = Subject.COLUMNS;
    begin(count);
    if (encryptsColumns) {
      expect(KEY_COUNT, 2);
    } else {
      nextColumn();
    }
  }

  /** Begins the columns of an ALTMETADATA, behind all that is before them. */
  final void walkAlternate(int count) {
    subject = Subject.ALTERNATE;
    begin(count);
    nextColumn();
  }

  /** Begins what describes an output parameter, behind its status. */
  final void walkOutput() {
    subject = Subject.OUTPUT;
    skip(version.userTypeBytes());
    expect(FLAGS, 2);
  }

  /** Begins a DATACLASSIFICATION. */
  final void walkClassification() {
    expect(LABELS, 2);
  }

  /** The types of the columns that were walked last; overwritten by the next ones. */
  final int[] walkedTypes() {
    return types;
  }

  /** The type of the output parameter that was walked last. */
  final int outputType() {
    return outputType;
  }

  private void begin(int count) {
    columns = count;
    column = 0;
    if (types.length < FIRST_TYPES || types.length > MOST_KEPT_TYPES) {
      types = new int[FIRST_TYPES];
    }
  }

  private void nextColumn() {
    if (column == columns) {
      columnsWalked(columns, subject == Subject.ALTERNATE);
      return;
    }
    skip(version.userTypeBytes() + (subject == Subject.ALTERNATE ? 3 : 0));
    expect(FLAGS, 2);
  }

  @Override
  final boolean isRequest() {
    return false;
  }

  @Override
  final void typeWalked(int type) {
    if (inBaseType) {
      expect(ALGORITHM, 1);
      return;
    }
    if (subject == Subject.OUTPUT) {
      outputType = type;
      encryption();
      return;
    }
    if (kind(type) == TABLE) {
      throw new TdsProtocolException("a column of a table's type");
    }
    if (column == types.length) {
      types = Arrays.copyOf(types, 2 * column);
    }
    types[column] = type;
    if (kind(type) != POINTER) {
      encryption();
    } else if (version == TdsVersion.V7_1) {
      walkStrings(0, 1, TABLE_NAME);
    } else {
      expect(TABLE_PARTS, 1);
    }
  }

  private void encryption() {
    if (encryptsColumns && (flags & ENCRYPTED) != 0) {
      skip(version.userTypeBytes() + (subject == Subject.OUTPUT ? 0 : 2));
      inBaseType = true;
      walkType();
    } else {
      name();
    }
  }

  private void name() {
    inBaseType = false;
    if (subject == Subject.OUTPUT) {
      outputWalked();
    } else {
      walkStrings(1, 0, COLUMN_NAME);
    }
  }

  private void endEncryption() {
    skip(2);
    name();
  }

  private void nextKey() {
    if (keys == 0) {
      nextColumn();
      return;
    }
    keys--;
    skip(4 + 4 + 4 + 8);
    expect(KEY_VALUES, 1);
  }

  private void nextKeyValue() {
    if (keyValues == 0) {
      nextKey();
      return;
    }
    keyValues--;
    expect(KEY_VALUE, 2);
  }

  private void nextClassified() {
    if (classified == 0) {
      classificationWalked();
      return;
    }
    classified--;
    expect(PROPERTIES, 2);
  }

  @Override
  final void stringsWalked(int after) {
    switch (after) {
      case TABLE_NAME -> encryption();
      case ALGORITHM_NAME -> endEncryption();
      case COLUMN_NAME -> {
        column++;
        nextColumn();
      }
      case KEY_PATH -> walkStrings(1, 0, KEY_ALGORITHM);
      case KEY_ALGORITHM -> nextKeyValue();
      case LABEL_NAMES -> expect(KINDS, 2);
      case KIND_NAMES -> {
        skip(classification >= RANKED ? 4 : 0);
        expect(CLASSIFIED_COLUMNS, 2);
      }
      default -> replyStrings(after);
    }
  }

  @Override
  final void ownInteger(long number) {
    switch (state()) {
      case FLAGS -> {
        flags = (int) number;
        inBaseType = false;
        walkType();
      }
      case KEY_COUNT -> {
        keys = (int) number;
        nextKey();
      }
      case KEY_VALUES -> {
        keyValues = (int) number;
        nextKeyValue();
      }
      case KEY_VALUE -> {
        skip(number);
        walkStrings(1, 1, KEY_PATH);
      }
      case TABLE_PARTS -> walkStrings(0, (int) number, TABLE_NAME);
      case ALGORITHM -> {
        if (number == NAMED_ALGORITHM) {
          walkStrings(1, 0, ALGORITHM_NAME);
        } else {
          endEncryption();
        }
      }
      case LABELS -> walkStrings(2 * (int) number, 0, LABEL_NAMES);
      case KINDS -> walkStrings(2 * (int) number, 0, KIND_NAMES);
      case CLASSIFIED_COLUMNS -> {
        classified = (int) number;
        nextClassified();
      }
      case PROPERTIES -> {
        skip(number * (classification >= RANKED ? 8 : 4));
        nextClassified();
      }
      default -> replyInteger(number);
    }
  }

  /** Columns are over, but for bytes to pass over. */
  abstract void columnsWalked(int count, boolean alternate);

  /** The description of an output parameter is over, but for bytes to pass over. */
  abstract void outputWalked();

  /** A DATACLASSIFICATION is over, but for bytes to pass over. */
  abstract void classificationWalked();

  /** An integer of the subclass. */
  abstract void replyInteger(long number);

  /** Strings of the subclass are over, but for bytes to pass over. */
  abstract void replyStrings(int after);
}
