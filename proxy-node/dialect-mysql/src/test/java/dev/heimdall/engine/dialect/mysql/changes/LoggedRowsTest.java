package dev.heimdall.engine.dialect.mysql.changes;

import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.committed;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.event;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.gtid;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.mariadbGtid;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.prepared;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.query;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.read;
import static dev.heimdall.engine.dialect.mysql.changes.RecordedEvents.MARIADB;
import static dev.heimdall.engine.dialect.mysql.changes.RecordedEvents.MYSQL;
import static dev.heimdall.engine.dialect.mysql.changes.RecordedEvents.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.KeyColumn;
import dev.heimdall.engine.sql.KeyColumns;
import dev.heimdall.engine.sql.KeyReader;
import dev.heimdall.engine.sql.KeyType;
import dev.heimdall.engine.sql.RowKeys;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which rows the events of a log have written, as far as that is known for certain. */
class LoggedRowsTest {
  private static final TableName TABLE = new TableName(null, "app", "recorded");

  private static final KeyColumns RECORDED =
      new KeyColumns(
          "app.recorded",
          "recorded",
          Map.of(
              "tiny", new KeyColumn(KeyType.INTEGER, -128, 127).at(1),
              "small", new KeyColumn(KeyType.INTEGER, 0, 65_535).at(2),
              "medium", new KeyColumn(KeyType.INTEGER, -8_388_608, 8_388_607).at(3),
              "id", new KeyColumn(KeyType.INTEGER, 0, 4_294_967_295L).at(4),
              "big", new KeyColumn(KeyType.INTEGER).at(5),
              "name", new KeyColumn(KeyType.FOLDED_TEXT, 0, 20).at(7),
              "code", new KeyColumn(KeyType.FOLDED_TEXT, 0, 4).at(8),
              "wide", new KeyColumn(KeyType.FOLDED_TEXT, 0, 300).at(9),
              "note", new KeyColumn(KeyType.FOLDED_TEXT, 0, 65_535).at(11)),
          21);

  private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final int DELETE = 32;

  private List<String> wanted = List.of("id");
  private final TableLayouts layouts = new TableLayouts(table -> wanted);
  private final EventReader reader = new EventReader("7", "binlog.000001", 4, layouts);

  @BeforeEach
  void follow() {
    read(reader, LogEvents.description());
    known(RECORDED, 0, 4);
  }

  private void known(KeyColumns of, long texts, long behind) {
    layouts.add(TABLE, of, texts, new BinlogPosition("7", "binlog", 1, behind));
  }

  static Stream<RecordedEvents> servers() {
    return Stream.of(MARIADB, MYSQL);
  }

  private static byte[] begins(RecordedEvents server) {
    return server == MARIADB ? mariadbGtid(0, 1, false) : gtid(UUID, 1);
  }

  /** The transaction of these events. */
  private LoggedTransaction transaction(RecordedEvents server, byte[]... events) {
    read(reader, begins(server));
    read(reader, bytes(server.table()));
    for (byte[] each : events) {
      assertThat(read(reader, each)).isEmpty();
    }
    return read(reader, committed(900)).orElseThrow();
  }

  /** Its rows by one column; null where they are not known. */
  private RowKeys rows(RecordedEvents server, String column, String... events) {
    wanted = List.of(column);
    byte[][] all = Arrays.stream(events).map(RecordedEvents::bytes).toArray(byte[][]::new);
    return known(transaction(server, all));
  }

  private static RowKeys known(LoggedTransaction transaction) {
    assertThat(transaction.rows()).containsOnlyKeys(TABLE);
    assertThat(transaction.anything()).isFalse();
    LoggedTransaction.KnownRows known = transaction.known().get(TABLE);
    return known == null ? null : known.rows();
  }

  /** Rows that a statement reads by a condition. */
  private static RowKeys by(String condition) {
    byte[] text = ("SELECT 1 FROM recorded WHERE " + condition).getBytes(StandardCharsets.UTF_8);
    return KeyReader.read(
            List.of(RECORDED),
            text,
            0,
            text.length,
            MysqlSql.USUAL_MODE,
            List.of(),
            MysqlSql.DIALECT)
        .get(RECORDED.table());
  }

  @ParameterizedTest
  @MethodSource("servers")
  void insertedRowsAreKnownByIntegersOfAllWidths(RecordedEvents server) {
    String insert = server.insert();
    assertThat(rows(server, "id", insert)).isEqualTo(by("id IN (4294967295, 8)"));
    assertThat(rows(server, "tiny", insert)).isEqualTo(by("tiny IN (-1, 5)"));
    assertThat(rows(server, "small", insert)).isEqualTo(by("small IN (65535, 6)"));
    assertThat(rows(server, "medium", insert)).isEqualTo(by("medium IN (-8388608, 7)"));
    assertThat(rows(server, "big", insert)).isEqualTo(by("big IN (-5, 9)"));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void insertedRowsAreKnownByTextsOfPlainLettersAndNoValueFindsNull(RecordedEvents server) {
    String insert = server.insert();
    assertThat(rows(server, "name", insert)).isEqualTo(by("name = 'kiwi'"));
    assertThat(rows(server, "code", insert)).isEqualTo(by("code = 'AB '"));
    assertThat(rows(server, "note", insert)).isEqualTo(by("note = 'long text'"));
    assertThat(rows(server, "wide", insert)).as("größe may be equal to others").isNull();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void updatedRowsAreKnownAsTheyWereAndAsTheyAre(RecordedEvents server) {
    String update = server.update();
    assertThat(rows(server, "id", update)).isEqualTo(by("id = 8"));
    assertThat(rows(server, "big", update)).isEqualTo(by("big IN (9, 77)"));
    assertThat(rows(server, "name", update)).as("it was NULL").isEqualTo(by("name = 'plum'"));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void ofMinimalImagesTheColumnsThatTheyHaveAreKnown(RecordedEvents server) {
    String update = server.minimalUpdate();
    assertThat(rows(server, "id", update)).isEqualTo(by("id IN (8, 9)"));
    assertThat(rows(server, "name", update)).as("what it was is not there").isNull();
    assertThat(rows(server, "big", update)).as("it is not there at all").isNull();
    assertThat(rows(server, "id", server.minimalDelete())).isEqualTo(by("id = 9"));
    assertThat(rows(server, "name", server.minimalDelete())).isNull();
  }

  @ParameterizedTest
  @MethodSource("servers")
  void aTransactionHasTheRowsOfAllItsEvents(RecordedEvents server) {
    assertThat(rows(server, "id", server.update(), server.minimalDelete()))
        .isEqualTo(by("id IN (8, 9)"));
    assertThat(rows(server, "big", server.update(), server.minimalDelete())).isNull();
    assertThat(rows(server, "big", server.minimalDelete(), server.update())).isNull();
  }

  @Test
  void withNoUseForRowsNoneAreRead() {
    wanted = List.of();
    assertThat(known(transaction(MYSQL, bytes(MYSQL.update())))).isNull();
  }

  @Test
  void rowsAreReadByNoDefinitionFromBeforeATextOfTheLog() {
    read(reader, gtid(UUID, 1));
    read(reader, query("ALTER TABLE recorded ADD COLUMN first INT FIRST"));
    assertThat(rows(MYSQL, "id", MYSQL.update())).isNull();
    known(RECORDED, 1, 4);
    assertThat(rows(MYSQL, "id", MYSQL.update())).isEqualTo(by("id = 8"));
    read(reader, event(165, 0, 1000, new byte[40])); // MariaDB's, compressed
    assertThat(rows(MYSQL, "id", MYSQL.update())).isNull();
    known(RECORDED, 2, 4);
    assertThat(rows(MYSQL, "id", MYSQL.update())).isEqualTo(by("id = 8"));
    transaction(MYSQL, event(99, 0, 0, new byte[9]));
    assertThat(rows(MYSQL, "id", MYSQL.update())).as("behind an unknown event").isNull();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "INSERT INTO other VALUES (1)",
        "update other set a = 1",
        "DELETE FROM other",
        "REPLACE INTO other VALUES (1)",
        "DROP TEMPORARY TABLE IF EXISTS recorded",
        "DROP /*!40005 TEMPORARY */ TABLE IF EXISTS `recorded` /* generated by server */",
      })
  void aTextThatDefinesNothingLeavesTheDefinition(String text) {
    read(reader, gtid(UUID, 1));
    assertThat(read(reader, query(text))).isPresent();
    assertThat(rows(MYSQL, "id", MYSQL.update())).isEqualTo(by("id = 8"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "DROP TABLE recorded",
        "RENAME TABLE recorded TO other, other TO recorded",
        "/* a */ INSERT INTO other VALUES (1)",
        "CREATE TABLE x (i INT)",
        "/*!50000 ALTER TABLE recorded DROP tiny */",
        "insertion",
      })
  void anyOtherTextMayDefineSomething(String text) {
    read(reader, gtid(UUID, 1));
    assertThat(read(reader, query(text))).isPresent();
    assertThat(rows(MYSQL, "id", MYSQL.update())).isNull();
  }

  @Test
  void rowsThatMayBeFromBeforeTheDefinitionWasReadAreNotKnown() {
    known(RECORDED, 0, 900);
    assertThat(rows(MYSQL, "id", MYSQL.update())).as("it begins at 4, and ends at 900").isNull();
    assertThat(rows(MYSQL, "id", MYSQL.update())).as("it begins at 900").isEqualTo(by("id = 8"));
  }

  @Test
  void aTableOfAnotherShapeIsNotRead() {
    known(new KeyColumns(RECORDED.table(), "recorded", RECORDED.columns(), 22), 0, 4);
    assertThat(rows(MYSQL, "id", MYSQL.update())).isNull();
    Map<String, KeyColumn> others =
        Map.of(
            "id", new KeyColumn(KeyType.INTEGER, 0, 65_535).at(4), // another width
            "price", new KeyColumn(KeyType.INTEGER).at(6), // no integer
            "name", new KeyColumn(KeyType.INTEGER).at(7),
            "tiny", new KeyColumn(KeyType.FOLDED_TEXT, 0, 9).at(1),
            "kind", new KeyColumn(KeyType.FOLDED_TEXT, 0, 9).at(14));
    known(new KeyColumns(RECORDED.table(), "recorded", others, 21), 0, 4);
    for (String column : others.keySet()) {
      assertThat(rows(MYSQL, column, MYSQL.update())).as(column).isNull();
    }
  }

  /** With binlog_row_metadata FULL. */
  @Test
  void whereTheLogHasNamesTheyMustBeTheSame() {
    assertThat(named("ID")).isEqualTo(by("id = 8"));
    assertThat(named("other")).isNull();
  }

  private RowKeys named(String fourth) {
    ByteArrayOutputStream names = new ByteArrayOutputStream();
    for (int i = 0; i < 21; i++) {
      byte[] name = (i == 3 ? fourth : "c" + i).getBytes(StandardCharsets.UTF_8);
      names.write(name.length);
      names.writeBytes(name);
    }
    ByteArrayOutputStream table = new ByteArrayOutputStream();
    table.writeBytes(bytes(MYSQL.table()));
    table.write(4);
    table.write(names.size());
    table.writeBytes(names.toByteArray());
    return known(transaction(MYSQL, table.toByteArray(), bytes(MYSQL.update())));
  }

  @ParameterizedTest
  @MethodSource("servers")
  void anEventThatIsCutOrBrokenLeavesTheRowsUnknown(RecordedEvents server) {
    for (String one : List.of(server.insert(), server.update(), server.minimalUpdate())) {
      byte[] whole = bytes(one);
      for (int length = 28; length < whole.length; length++) {
        RowKeys rows = known(transaction(server, Arrays.copyOf(whole, length)));
        RowKeys all = known(transaction(server, whole));
        assertThat(rows == null || isPart(rows, all)).as(length + " of " + one).isTrue();
      }
    }
    read(reader, begins(server));
    read(reader, bytes(server.table()));
    byte[] whole = bytes(server.update());
    reader.read(whole, whole.length, false);
    assertThat(known(read(reader, committed(900)).orElseThrow())).isNull();
  }

  /** An event that ends with a row is a whole one of less rows. */
  private static boolean isPart(RowKeys some, RowKeys all) {
    return Arrays.stream(some.values(0))
        .allMatch(value -> Arrays.binarySearch(all.values(0), value) >= 0);
  }

  @Test
  void otherVersionsOfRowEventsAreNotRead() {
    byte[] partial = bytes(MYSQL.update());
    partial[4] = 39;
    assertThat(known(transaction(MYSQL, partial))).isNull();
    byte[] compressed = bytes(MARIADB.update());
    compressed[4] = (byte) 167;
    assertThat(known(transaction(MARIADB, compressed))).isNull();
  }

  @Test
  void withMoreRowsThanAreNotedTheTableCounts() {
    wanted = List.of("id");
    byte[][] events = new byte[RowKeys.MOST_VALUES + 1][];
    for (int i = 0; i < events.length; i++) {
      events[i] = bytes(MYSQL.minimalDelete());
      events[i][events[i].length - 4] = (byte) i;
    }
    assertThat(events[0][4]).isEqualTo((byte) DELETE);
    byte[][] most = Arrays.copyOf(events, RowKeys.MOST_VALUES);
    assertThat(known(transaction(MYSQL, most)).values(0)).hasSize(RowKeys.MOST_VALUES);
    assertThat(known(transaction(MYSQL, events))).isNull();
  }

  @Test
  void whatIsPreparedHasItsRowsWhenItIsCommitted() {
    read(reader, gtid(UUID, 1));
    read(reader, query("XA START X'6f6e65',X'',1"));
    read(reader, bytes(MYSQL.table()));
    read(reader, bytes(MYSQL.update()));
    read(reader, query("XA END X'6f6e65',X'',1"));
    assertThat(read(reader, prepared("one"))).isEmpty();
    LoggedTransaction after = read(reader, query("XA COMMIT X'6f6e65',X'',1")).orElseThrow();
    assertThat(known(after)).isEqualTo(by("id = 8"));
  }

  @Test
  void aTransactionWithoutAKnownBeginningHasNoKnownRows() {
    read(reader, query("BEGIN"));
    read(reader, bytes(MYSQL.table()));
    read(reader, bytes(MYSQL.update()));
    assertThat(known(read(reader, committed(900)).orElseThrow())).isNull();
  }
}
