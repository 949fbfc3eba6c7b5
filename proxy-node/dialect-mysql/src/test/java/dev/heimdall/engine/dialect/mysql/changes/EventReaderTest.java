package dev.heimdall.engine.dialect.mysql.changes;

import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.committed;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.event;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.gtid;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.mariadbGtid;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.prepared;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.query;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.read;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.rows;
import static dev.heimdall.engine.dialect.mysql.changes.LogEvents.table;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.dialect.mysql.sql.MysqlSql;
import dev.heimdall.engine.sql.LexerMode;
import dev.heimdall.engine.sql.RowChange;
import dev.heimdall.engine.sql.TableName;
import dev.heimdall.engine.wire.Position;
import dev.heimdall.engine.wire.mysql.BinlogPosition;
import dev.heimdall.engine.wire.mysql.GtidSet;
import dev.heimdall.engine.wire.mysql.MariadbGtids;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class EventReaderTest {
  private static final String UUID = "3e11fa47-71ca-11e1-9e33-c80aa9429562";
  private static final int WRITE = 30;
  private static final int UPDATE = 31;
  private static final int DELETE = 32;

  private final EventReader reader =
      new EventReader("7", "binlog.000001", 4, new TableLayouts(table -> List.of()));

  @BeforeEach
  void describe() {
    assertThat(read(reader, LogEvents.description())).isEmpty();
  }

  private static TableName name(String table) {
    return new TableName(null, "app", table);
  }

  /** Reads events of which only the last one ends a transaction. */
  private LoggedTransaction last(byte[]... events) {
    for (int i = 0; i < events.length - 1; i++) {
      assertThat(read(reader, events[i])).as("event " + i).isEmpty();
    }
    return read(reader, events[events.length - 1]).orElseThrow();
  }

  @Test
  void aTransactionHasItsTablesAndHowTheyWereChanged() {
    LoggedTransaction transaction =
        last(
            gtid(UUID, 5),
            query("BEGIN"),
            table(17, "app", "one"),
            table(18, "app", "größe"),
            rows(WRITE, 17),
            rows(UPDATE, 18),
            table(17, "app", "one"),
            rows(DELETE, 17),
            committed(900));
    assertThat(transaction.rows())
        .isEqualTo(
            Map.of(
                name("one"), Set.of(RowChange.INSERT, RowChange.DELETE),
                name("größe"), Set.of(RowChange.UPDATE)));
    assertThat(transaction.anything()).isFalse();
    assertThat(transaction.at()).isEqualTo(GtidSet.parse(UUID + ":5"));
    assertThat(transaction.end()).isEqualTo(new BinlogPosition("7", "binlog", 1, 900));
  }

  @Test
  void whatEndsNoTransactionIsReadToo() {
    int heartbeat = 27;
    int previousGtids = 35;
    assertThat(reader.reached()).isEqualTo(new BinlogPosition("7", "binlog", 1, 4));
    assertThat(read(reader, event(heartbeat, 0, 700, new byte[20]))).isEmpty();
    assertThat(reader.reached()).isEqualTo(new BinlogPosition("7", "binlog", 1, 700));
    LoggedTransaction transaction =
        last(gtid(UUID, 5), table(17, "app", "one"), rows(WRITE, 17), committed(900));
    assertThat(transaction.end()).isEqualTo(reader.reached());
    assertThat(read(reader, LogEvents.rotate("binlog.000002", 4))).isEmpty();
    assertThat(read(reader, LogEvents.description())).isEmpty();
    assertThat(reader.reached()).isEqualTo(new BinlogPosition("7", "binlog", 2, 4));
    assertThat(read(reader, event(previousGtids, 0, 157, new byte[20]))).isEmpty();
    assertThat(reader.reached()).isEqualTo(new BinlogPosition("7", "binlog", 2, 157));
  }

  @Test
  void mariadbBeginsWithTheGtid() {
    LoggedTransaction transaction =
        last(mariadbGtid(3, 12, false), table(1, "app", "one"), rows(23, 1), query("COMMIT"));
    assertThat(transaction.rows()).containsOnlyKeys(name("one"));
    assertThat(transaction.at()).isEqualTo(MariadbGtids.parse("3-7-12"));
    // One statement, which nothing ends.
    assertThat(last(mariadbGtid(3, 13, true), query("CREATE TABLE t (a INT)")).statements())
        .hasSize(1);
  }

  @Test
  void withoutGtidsThePlaceInTheLogCounts() {
    LoggedTransaction transaction =
        last(
            event(34, 0, 0, new byte[42]),
            query("BEGIN"),
            table(1, "app", "one"),
            rows(WRITE, 1),
            committed(700));
    assertThat(transaction.gtid()).isEqualTo(Position.NONE);
    assertThat(transaction.at()).isEqualTo(new BinlogPosition("7", "binlog", 1, 700));
  }

  @Test
  void aLogOfMoreThanFourGigabytesHasItsPositions() {
    last(query("BEGIN"), table(1, "app", "one"), rows(WRITE, 1), committed(0xfffffff0L));
    LoggedTransaction next =
        last(query("BEGIN"), table(1, "app", "one"), rows(WRITE, 1), committed(0x100000100L));
    assertThat(next.end()).isEqualTo(new BinlogPosition("7", "binlog", 1, 0x100000100L));
  }

  @Test
  void aStatementOutsideOfATransactionIsOne() {
    LoggedTransaction transaction = last(gtid(UUID, 6), query("DROP TABLE one"));
    assertThat(transaction.statements())
        .containsExactly(new LoggedStatement("app", "DROP TABLE one", MysqlSql.USUAL_MODE));
  }

  @Test
  void theModeOfAStatementSaysWhatQuotesMean() {
    byte[] text = "DELETE FROM \"one\"".getBytes(StandardCharsets.UTF_8);
    LoggedTransaction transaction = last(gtid(UUID, 7), query(100, 4 | 1 << 20, "app", text));
    assertThat(transaction.statements().get(0).mode()).isEqualTo(LexerMode.STANDARD);
  }

  @Test
  void aTextThatCannotBeReadForCertainHasNone() {
    byte[] letters = "DELETE FROM größe".getBytes(StandardCharsets.UTF_8);
    assertThat(last(gtid(UUID, 8), query(100, 0, "app", letters)).statements().get(0).text())
        .isNull();
    byte[] cut = query("DELETE FROM one");
    read(reader, gtid(UUID, 9));
    assertThat(reader.read(cut, cut.length - 3, false).orElseThrow().statements().get(0).text())
        .isNull();
  }

  @Test
  void anUnknownEventMayHaveWrittenAnythingUnlessItMayBeIgnored() {
    assertThat(
            last(gtid(UUID, 10), query("BEGIN"), event(99, 0, 0, new byte[9]), committed(300))
                .anything())
        .isTrue();
    read(reader, gtid(UUID, 11));
    read(reader, query("BEGIN"));
    read(reader, event(99, 0x80, 0, new byte[9]));
    assertThat(read(reader, committed(400))).isEmpty();
  }

  @Test
  void rowsOfATableThatWasNotSeenMayBeOfAny() {
    assertThat(last(query("BEGIN"), rows(WRITE, 4), committed(300)).anything()).isTrue();
    // A number that says that there are none.
    read(reader, query("BEGIN"));
    read(reader, rows(WRITE, 0xffffff));
    assertThat(read(reader, committed(300))).isEmpty();
  }

  @Test
  void aBrokenEventMayHaveWrittenAnything() {
    byte[] broken = event(19, 0, 0, new byte[] {1, 0, 0, 0, 0, 0, 0, 0, 90, 'a'});
    assertThat(last(query("BEGIN"), broken, committed(300)).anything()).isTrue();
  }

  @Test
  void aTransactionWithoutAnEndIsReportedWithTheNext() {
    read(reader, gtid(UUID, 12));
    read(reader, query("BEGIN"));
    read(reader, table(1, "app", "one"));
    read(reader, rows(WRITE, 1));
    LoggedTransaction before = read(reader, gtid(UUID, 13)).orElseThrow();
    assertThat(before.rows()).containsOnlyKeys(name("one"));
    assertThat(before.anything()).isTrue();
  }

  @Test
  void whatIsPreparedWaitsForItsCommit() {
    read(reader, query("XA START X'6f6e65',X'',1"));
    read(reader, table(1, "app", "one"));
    read(reader, rows(WRITE, 1));
    read(reader, query("XA END X'6f6e65',X'',1"));
    assertThat(read(reader, prepared("one"))).isEmpty();
    assertThat(last(query("XA COMMIT X'6f6e65',X'',1")).rows()).containsOnlyKeys(name("one"));
    // Prepared before anybody listened.
    assertThat(last(query("XA COMMIT X'74776f',X'',1")).anything()).isTrue();
    assertThat(read(reader, query("XA ROLLBACK X'74776f',X'',1"))).isEmpty();
  }

  @Test
  void ofTooManyPreparedTransactionsTheFirstAreForgotten() {
    for (int i = 0; i <= 200; i++) {
      read(reader, query("XA START"));
      read(reader, table(1, "app", "one"));
      read(reader, rows(WRITE, 1));
      read(reader, prepared("p" + i));
    }
    assertThat(last(query("XA COMMIT X'7030',X'',1")).anything()).isTrue();
    assertThat(last(query("XA COMMIT X'7031',X'',1")).anything()).isFalse();
  }

  @Test
  void aTransactionOfVeryManyTablesMayHaveWrittenAnything() {
    read(reader, query("BEGIN"));
    for (int i = 0; i <= TransactionReader.MOST; i++) {
      read(reader, table(i, "app", "t" + i));
      read(reader, rows(WRITE, i));
    }
    LoggedTransaction transaction = last(committed(300));
    assertThat(transaction.anything()).isTrue();
    assertThat(transaction.rows()).hasSize(TransactionReader.MOST);
  }

  @Test
  void aCompressedTransactionThatIsCutMayHaveWrittenAnything() {
    byte[] payload = event(40, 0, 500, new byte[100]);
    read(reader, gtid(UUID, 20));
    LoggedTransaction cut = reader.read(payload, payload.length, false).orElseThrow();
    assertThat(cut.anything()).isTrue();
    assertThat(cut.at()).isEqualTo(GtidSet.parse(UUID + ":20"));
  }

  @Test
  void anotherFileHasItsOwnPositions() {
    byte[] name = "\u0004\0\0\0\0\0\0\0binlog.000002".getBytes(StandardCharsets.ISO_8859_1);
    read(reader, event(4, 0, 0, name));
    read(reader, LogEvents.description());
    assertThat(last(query("BEGIN"), table(1, "app", "one"), rows(WRITE, 1), committed(300)).end())
        .isEqualTo(new BinlogPosition("7", "binlog", 2, 300));
  }

  @Test
  void randomBytesFailNobody() {
    Random random = new Random(42);
    for (int i = 0; i < 200_000; i++) {
      byte[] event = new byte[19 + random.nextInt(60)];
      random.nextBytes(event);
      if (random.nextBoolean()) {
        event[4] = (byte) random.nextInt(45);
      }
      Optional<LoggedTransaction> ended = reader.read(event, event.length, random.nextBoolean());
      ended.ifPresent(transaction -> assertThat(transaction.end()).isNotNull());
    }
  }

  @Test
  void noTextIsInWhatIsPrinted() {
    assertThat(last(gtid(UUID, 21), query("DELETE FROM hidden")).toString())
        .doesNotContain("hidden");
  }
}
