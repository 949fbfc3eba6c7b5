package dev.heimdall.engine.kit;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.heimdall.engine.wire.mysql.Command;
import dev.heimdall.engine.wire.mysql.Packet;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** MySQL keeps the contracts of all dialects. */
class MysqlContractsTest {
  @Nested
  class Sessions extends SessionContract {
    Sessions() {
      super(new MysqlKit());
    }
  }

  /** A server that closes late shows that nobody is sent to it meanwhile. */
  @Nested
  class Released extends KitContract {
    Released() {
      super(new MysqlKit());
    }

    @ParameterizedTest
    @CsvSource({
      "COMMIT RELEASE, false",
      "COMMIT RELEASE, true",
      "ROLLBACK AND NO CHAIN RELEASE, false",
      "ROLLBACK AND NO CHAIN RELEASE, true"
    })
    void whoHasReleasedTheConnectionIsClosedBehindItsAnswer(String text, boolean prepared) {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      KitClient bob = client("bob");
      answers(ann, "BEGIN", "open");
      answers(ann, words.write(), "open");
      bob.sends(words.reading("two"));
      if (prepared) {
        ann.prepare(1, text);
        assertThat(ann.told()).containsExactly("idle");
        ann.execute(1);
      } else {
        ann.send(
            out -> {
              ann.write(out, text);
              ann.write(out, words.reading("three"));
            });
      }

      assertThat(ann.told()).containsExactly("idle");
      assertThat(ann.connected()).isFalse();
      assertThat(bob.told()).containsExactly("row two", "idle");
      assertThat(carriedOut(text)).as("on a connection that serves others").isZero();
    }

    @Test
    void whatSaysInAVariableThatItReleasesIsSeenToHaveDoneSo() {
      start(ONE_CONNECTION);
      KitClient ann = client("ann");
      answers(ann, "SET completion_type = RELEASE", "idle");
      answers(ann, "BEGIN", "open");
      answers(ann, words.write(), "open");
      answers(ann, "COMMIT NO RELEASE", "idle");
      answers(ann, words.reading("one"), "row one", "idle");

      answers(ann, "COMMIT", "idle");
      assertThat(ann.connected()).isFalse();
      answers(client("bob"), words.reading("two"), "row two", "idle");
    }
  }

  @Nested
  @Tag("ci")
  class Judged extends JudgedAlikeContract {
    Judged() {
      super(new MysqlKit());
    }

    @Override
    protected String differs(String treatment, String standing, String spelling) {
      return MysqlSpellings.differs(treatment, spelling);
    }

    @Test
    void whatNoServerPreparesIsGivenAResult() {
      isGivenAResult("LOCK TABLES %s READ");
    }

    @Test
    void whatIsRepeated() {
      isRepeated();
    }

    @Test
    void calls() {
      isCalled("CALL %s()");
    }
  }

  /** With what MariaDB has besides. */
  @Nested
  @Tag("long")
  class JudgedByMariadb extends JudgedAlikeContract {
    JudgedByMariadb() {
      super(MysqlKit.ofMariadb());
    }

    @Override
    protected String differs(String treatment, String standing, String spelling) {
      return MysqlSpellings.differs(treatment, spelling);
    }

    @Test
    void whatIsRepeated() {
      isRepeated();
    }
  }

  /** What rules say of a statement holds for the command that does the same. */
  @Nested
  class CommandsAsStatements extends KitContract {
    CommandsAsStatements() {
      super(new MysqlKit());
    }

    @ParameterizedTest
    @CsvSource({
      "2, secret, use .secret., ''",
      "2, secret, use .secret., BEGIN",
      "2, secret, use .secret., SET @a = 1",
      "4, secret|, show columns from .secret.$, ''",
      "4, secret|, show columns from .secret.$, BEGIN",
      "4, secret|, show columns from .secret.$, SET @a = 1",
      "4, a`b|se%, show columns from .a``b. like .se%.$, ''",
      "4, 'secret|\\', show columns from .secret. like ....$, ''",
      "7, E, ^flush privileges. tables$, ''",
      "7, E, ^flush privileges. tables$, BEGIN",
      "10, '', ^show processlist$, ''"
    })
    void commandsMeetRules(byte command, String body, String match, String before) {
      byte[] sent = body.replace('|', '\0').replace('E', '\5').getBytes(UTF_8);
      for (String action : List.of("drop", "result", "transform")) {
        if (node != null) {
          stop();
        }
        start(
            KitSettings.of(ONE_CONNECTION),
            """
            {"match": "(?i)%s", "inTransaction": true, "action": "%s",
             "parameters": {%s}}
            """
                .formatted(
                    match,
                    action,
                    switch (action) {
                      case "result" -> "\"value\": 3";
                      case "transform" -> "\"target\": \"other\"";
                      default -> "";
                    }));
        MysqlKitClient ann = (MysqlKitClient) client("ann");
        if (!before.isEmpty()) {
          ann.sends(before);
          ann.told();
        }
        if (command != Command.FIELD_LIST || !action.equals("result")) {
          ann.command(command, sent);
          assertThat(ann.told())
              .as(action)
              .containsExactly(
                  switch (action) {
                    case "drop" -> "error 42000 1142";
                    case "result" -> before.equals("BEGIN") ? "open" : "idle";
                    default -> "error 42000 1235";
                  });
        }
        answers(ann, words.reading("one"), "row one", before.equals("BEGIN") ? "open" : "idle");
      }
    }

    @Test
    void commandsThatNoRuleMatchesAreTheServers() {
      start(KitSettings.of(ONE_CONNECTION), "{\"match\": \"secret\", \"action\": \"drop\"}");
      MysqlKitClient ann = (MysqlKitClient) client("ann");
      ann.command(Command.INIT_DB, "app".getBytes(UTF_8));
      assertThat(ann.told()).containsExactly("idle");
      ann.command(Command.FIELD_LIST, "t\0".getBytes(UTF_8));
      assertThat(ann.told()).containsExactly("error 08S01 1047"); // it knows of no tables
      answers(ann, words.reading("one"), "row one", "idle");
    }
  }

  @Nested
  class LostTransactions extends LostTransactionContract {
    LostTransactions() {
      super(new MysqlKit(), "error 40001 1213");
    }
  }

  @Nested
  class Cancels extends CancelContract {
    Cancels() {
      super(new MysqlKit());
    }
  }

  @Nested
  class AtRandom extends RandomContract {
    AtRandom() {
      super(new MysqlKit());
    }
  }

  @Nested
  class CachedTransactions extends MovedCachedTransactionsContract {
    CachedTransactions() {
      super(new MysqlKit());
    }

    /** With its first statement, whose answer says that it is open, wherever that comes from. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aTransactionThatNoBeginHasBegunIsServed(boolean delayed) {
      startTold(delayed);
      KitClient ann = client("ann", "read committed");
      KitClient bob = client("ann", "read committed");
      answers(ann, "SET autocommit = 0", "idle");
      for (int times = 0; times < 2; times++) {
        reads(ann, "none", "open", times == 0 ? 1 : 0);
        reads(ann, "none", "open", 0);
        answers(ann, "COMMIT", "idle");
      }
      assertThat(carriedOut("COMMIT")).isEqualTo(1);
      answers(bob, words.writing("one"), "idle");

      reads(ann, "one", "open", 1);
      answers(ann, "ROLLBACK", "idle");
      reads(ann, "one", "open", 0);
      answers(ann, words.writing("two"), "open");
      assertThat(carriedOut("START TRANSACTION")).as("ahead of the write").isEqualTo(1);
      reads(ann, "two", "open", 1);
      reads(ann, "two", "open", 1);
      answers(ann, "ROLLBACK", "idle");
      reads(ann, "one", "open", 0);
      assertThat(servers().written()).containsExactly("one");
    }

    /** Its later reads are of the moment of the first one. */
    @ParameterizedTest
    @ValueSource(strings = {"repeatable read", "serializable"})
    void aTransactionOfOneSnapshotThatNoBeginHasBegunIsNot(String level) {
      startCached();
      KitClient ann = client("ann", level);
      KitClient bob = client("ann", level);
      readsFromServer(bob, "none");
      answers(ann, "SET autocommit = 0", "idle");

      reads(ann, "none", "open", 1);
      answers(bob, words.writing("one"), "idle");
      readsFromServer(bob, "one");
      reads(ann, "none", "open", 1);
      answers(ann, "COMMIT", "idle");
      reads(ann, "one", "open", 1);
    }

    /** Once a server has reported with which level its sessions begin. */
    @ParameterizedTest
    @CsvSource({"true, true", "true, false", "false, false"})
    void aTransactionThatNamesNoLevelIsServedWhereSessionsBeginWithReadCommitted(
        boolean begins, boolean delayed) {
      startTold(delayed);
      ((SimulatedMysql) servers()).global("transaction_isolation", "READ-COMMITTED");
      KitClient ann = client("ann");
      KitClient bob = client("ann");
      readsFromServer(bob, "none");
      if (!begins) {
        answers(ann, "SET autocommit = 0", "idle");
      }
      for (int transaction = 0; transaction < 3; transaction++) {
        if (begins) {
          answers(ann, "BEGIN", "open");
        }
        boolean told = transaction > 0 || (begins && !delayed);
        reads(ann, "none", "open", told ? 0 : 1);
        reads(ann, "none", "open", 0);
        answers(ann, "COMMIT", "idle");
      }

      answers(ann, "SET SESSION TRANSACTION ISOLATION LEVEL REPEATABLE READ", "idle");
      if (begins) {
        answers(ann, "BEGIN", "open");
      }
      reads(ann, "none", "open", 1);
      answers(bob, words.writing("one"), "idle");
      readsFromServer(bob, "one");
      reads(ann, "none", "open", 1);
    }

    /** Unless it says otherwise, all that a transaction reads is of one moment. */
    @Test
    void aTransactionThatSaysNothingReadsFromItsServer() {
      startCached();
      KitClient ann = client("ann");
      readsFromServer(ann, "none");
      answers(ann, "BEGIN", "open");

      reads(ann, "none", "open", 1);
      reads(ann, "none", "open", 1);
    }
  }

  @Nested
  class Cache extends CacheContract {
    Cache() {
      super(new MysqlKit());
    }
  }

  @Nested
  class LogIns extends LogInContract {
    LogIns() {
      super(new MysqlKit(), "password", "error 08S01 1053");
    }
  }

  @Nested
  class DelayedBegins extends DelayedBeginContract {
    DelayedBegins() {
      super(new MysqlKit());
    }
  }

  @Nested
  class Limits extends LimitsContract {
    Limits() {
      super(new MysqlKit());
    }
  }

  @Nested
  class Malformed extends MalformedContract {
    Malformed() {
      super(new MysqlKit());
    }

    @Override
    protected List<byte[]> malformed() {
      return List.of(
          packet(7, Command.PING), // out of order
          packet(0),
          packet(0, (byte) 0xEE),
          packet(0, Command.STMT_EXECUTE),
          packet(0, Command.STMT_EXECUTE, (byte) 1, (byte) 0, (byte) 0),
          packet(0, Command.STMT_RESET, (byte) 1),
          packet(0, Command.STMT_FETCH, (byte) 1, (byte) 0, (byte) 0, (byte) 0),
          packet(0, Command.SET_OPTION, (byte) 0),
          packet(0, Command.CHANGE_USER, (byte) 'a'));
    }

    private static byte[] packet(int sequence, byte... payload) {
      ByteBuf out = Unpooled.buffer();
      int at = Packet.begin(out, sequence);
      out.writeBytes(payload);
      Packet.end(out, at);
      return ByteBufUtil.getBytes(out);
    }
  }
}
