package dev.heimdall.test.fault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Frontend;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.TestNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A server that does not keep to the protocol, or is full, slow or chatty. */
@Tag("ci")
class BrokenServerIT {
  private static final byte[] MANY_NOTICES = manyNotices();

  private int descriptors;
  private FakeServer server;
  private TestNode node;

  @BeforeAll
  static void warmUp() throws IOException {
    Rest.warmUp();
  }

  @BeforeEach
  void start() throws IOException {
    descriptors = Rest.descriptors();
    server =
        new FakeServer(
            talk -> {
              talk.logIn();
              talk.answerAll();
            });
    node =
        TestNode.start(
            c ->
                c.source("url", server.jdbcUrl())
                    .source("catalog.enabled", false)
                    .source("connectTimeout", "1s")
                    .node("loops", 1)
                    .vdb("pool.size", 2)
                    .vdb("pool.queueTimeout", "3s"));
  }

  @AfterEach
  void end() throws IOException {
    Rest.poolsOf(node);
    node.close();
    server.close();
    Rest.descriptorsLike(descriptors);
  }

  private static byte[] manyNotices() {
    byte[][] notices = new byte[2000][];
    for (int i = 0; i < notices.length; i++) {
      notices[i] = Backend.notice("number " + i);
    }
    return Frontend.all(notices);
  }

  private static Message error(List<Message> answer) {
    return answer.stream().filter(message -> message.type() == 'E').findFirst().orElseThrow();
  }

  /** The first statement meets the script; whatever it was, the next one is answered. */
  private List<Message> afterwardsFine(FakeServer.Script once) throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      node.admin("RECONNECT");
      server.script(
          talk -> {
            server.script(
                next -> {
                  next.logIn();
                  next.answerAll();
                });
            once.play(talk);
          });
      List<Message> answer = client.query("SELECT 'broken'");
      assertThat(client.value("SELECT 'next'")).isEqualTo("fine");
      return answer;
    }
  }

  @Test
  void aSessionWhoseSettingWasLostWithItsServerIsToldAndEnds() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      node.admin("RECONNECT");
      server.script(
          talk -> {
            talk.logIn();
            talk.query();
            talk.send(Backend.complete("SET"), Backend.ready('I'));
            talk.query(); // what the setting is now
          });
      client.query("SET my.tenant = 'blue'");
      List<Message> last = client.untilClosed();
      assertThat(last).extracting(Message::sqlState).containsExactly("08006");
      assertThat(last.get(0).toString()).contains("FATAL");
    }
  }

  static Stream<Arguments> nonsense() {
    byte[] absurd = {'D', 0x7f, -1, -1, -1};
    return Stream.of(
        Arguments.of(
            "a row without description",
            Backend.complete("SELECT 1"),
            new byte[] {'D', 0, 0, 0, 3}),
        Arguments.of("bind complete", new byte[0], Frontend.message('2', new byte[0])),
        Arguments.of("parse complete", new byte[0], Frontend.message('1', new byte[0])),
        Arguments.of("authentication", new byte[0], Backend.authenticationOk()),
        Arguments.of("unknown type", new byte[0], Frontend.message('?', new byte[3])),
        Arguments.of("negative length", new byte[0], new byte[] {'C', -1, -1, -1, -1, 0}),
        Arguments.of("length of three", new byte[0], new byte[] {'T', 0, 0, 0, 3}),
        Arguments.of(
            "absurd error length",
            new byte[0],
            Frontend.all(new byte[] {'E', 0x7f, -1, -1, -1}, absurd)),
        Arguments.of("ready of seven bytes", new byte[0], new byte[] {'Z', 0, 0, 0, 7, 'I', 0, 0}));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("nonsense")
  void nonsenseFailsTheStatementAndClosesTheServerConnection(
      String name, byte[] before, byte[] bytes) throws IOException {
    List<Message> answer =
        afterwardsFine(
            talk -> {
              talk.logIn();
              talk.query();
              talk.send(before, bytes);
              talk.untilClosed();
            });

    assertThat(error(answer).sqlState()).isIn("08P01", "08006");
    assertThat(error(answer).fields().get('V')).isEqualTo("ERROR");
  }

  @Test
  void aSecondReadyIsNotTheNextStatementsAnswer() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      node.admin("RECONNECT");
      server.script(
          talk -> {
            talk.logIn();
            while (true) {
              String sql = talk.query();
              talk.send(Backend.answer(sql), Backend.answer("not asked for"));
            }
          });
      for (int i = 0; i < 20; i++) {
        String asked = "SELECT " + i;
        List<Message> answer = client.query(asked);
        for (Message message : answer) {
          if (message.type() == 'D') {
            assertThat(message.columns()).containsExactly(asked);
          }
        }
      }
    }
  }

  @Test
  void closingAfterTheDescriptionFailsTheStatement() throws IOException {
    List<Message> answer =
        afterwardsFine(
            talk -> {
              talk.logIn();
              talk.query();
              talk.send(Backend.description(), Backend.row("one"));
            });

    assertThat(error(answer).sqlState()).isEqualTo("08006");
  }

  @Test
  void closingInTheMiddleOfARowEndsTheClientWithoutAnotherByte() throws IOException {
    byte[] row = Backend.row("x".repeat(1000));
    for (int missing : new int[] {1, 20, 60, 150, 400, 990}) {
      try (RawClient client = RawClient.logIn(node.target())) {
        node.admin("RECONNECT");
        server.script(
            talk -> {
              talk.logIn();
              talk.query();
              talk.send(Backend.description(), java.util.Arrays.copyOf(row, row.length - missing));
            });
        client.send(Frontend.query("SELECT 'broken'"));
        assertThat(client.receive().type()).isEqualTo('T');

        byte[] rest = client.stream().readAllBytes();

        assertThat(rest).hasSize(row.length - missing);
      }
      server.script(
          talk -> {
            talk.logIn();
            talk.answerAll();
          });
    }
  }

  @Test
  void aConnectionLostWhileSettingsAreCarriedOverIsAnErrorAndNoMore() throws IOException {
    try (RawClient client = RawClient.logIn(node.target(), "application_name", "carried")) {
      assertThat(client.value("SELECT 1")).isEqualTo("fine");
      for (int round = 0; round < 5; round++) {
        node.admin("RECONNECT");
        server.script(
            talk -> {
              talk.logIn();
              talk.query(); // the settings
            });
        List<Message> lost = client.query("SELECT 'broken'");
        assertThat(error(lost).sqlState()).isEqualTo("08006");
        assertThat(lost.get(lost.size() - 1).status()).isEqualTo('I');
        server.script(
            talk -> {
              talk.logIn();
              talk.answerAll();
            });
        assertThat(client.value("SELECT 1")).isEqualTo("fine");
      }
    }
    // No place of the pool was lost.
    try (RawClient one = RawClient.logIn(node.target());
        RawClient two = RawClient.logIn(node.target())) {
      assertThat(one.value("SELECT 1")).isEqualTo("fine");
      assertThat(two.value("SELECT 1")).isEqualTo("fine");
    }
  }

  @Test
  void countlessNoticesAreStreamedAndOthersGoOn() throws IOException {
    try (RawClient client = RawClient.logIn(node.target());
        RawClient other = RawClient.logIn(node.target())) {
      node.admin("RECONNECT");
      server.script(
          talk -> {
            talk.logIn();
            while (true) {
              if (talk.query().contains("chatty")) {
                for (int i = 0; i < 20; i++) {
                  talk.send(MANY_NOTICES);
                }
              }
              talk.send(Backend.answer("fine"));
            }
          });
      client.send(Frontend.query("SELECT 'chatty'"));
      for (int i = 0; i < 20; i++) {
        assertThat(other.value("SELECT 'other'")).isEqualTo("fine");
      }
      assertThat(client.untilReady())
          .filteredOn(message -> message.type() == 'N')
          .hasSize(20 * 2000);
    }
  }

  @Test
  void noticesToNobodyAreDropped() throws IOException {
    try (RawClient client = RawClient.logIn(node.target())) {
      node.admin("RECONNECT");
      server.script(
          talk -> {
            talk.logIn();
            talk.send(MANY_NOTICES, Backend.text('S', "TimeZone", "Mars"));
            talk.answerAll();
          });
      assertThat(client.value("SELECT 1")).isEqualTo("fine");
      assertThat(client.value("SELECT 1")).isEqualTo("fine");
    }
  }

  static Stream<Arguments> failedLogIns() {
    return Stream.of(
        script("closed at once", "08006", talk -> {}),
        script("closed after the start-up packet", "08006", FakeServer.Talk::startup),
        script(
            "ready before authentication",
            "08006",
            talk -> {
              talk.startup();
              talk.send(Backend.ready('I'));
              talk.untilClosed();
            }),
        script(
            "a row",
            "08006",
            talk -> {
              talk.startup();
              talk.send(Backend.row("x"));
              talk.untilClosed();
            }),
        script(
            "absurd length",
            "08006",
            talk -> {
              talk.startup();
              talk.send(new byte[] {'R', 0x7f, -1, -1, -1});
              talk.untilClosed();
            }),
        script(
            "negative length",
            "08006",
            talk -> {
              talk.startup();
              talk.send(new byte[] {'R', -1, -1, -1, -1});
              talk.untilClosed();
            }),
        script(
            "authentication cut short",
            "08006",
            talk -> {
              talk.startup();
              talk.send(Frontend.message('R', new byte[2]));
              talk.untilClosed();
            }),
        script(
            "unknown authentication",
            "28000",
            talk -> {
              talk.startup();
              talk.send(Frontend.message('R', new byte[] {0, 0, 0, 99}));
              talk.untilClosed();
            }),
        script(
            "the final of no exchange",
            "08006",
            talk -> {
              talk.startup();
              talk.send(Frontend.message('R', new byte[] {0, 0, 0, 12, 'v', '='}));
              talk.untilClosed();
            }),
        script(
            "a parameter without end",
            "08006",
            talk -> {
              talk.startup();
              talk.send(
                  Backend.authenticationOk(), Frontend.message('S', new byte[] {'a', 'b', 'c'}));
              talk.untilClosed();
            }),
        script(
            "never answers",
            "08006",
            talk -> {
              talk.startup();
              talk.untilClosed();
            }),
        script(
            "wrong password",
            "28P01",
            talk -> {
              talk.startup();
              talk.send(Backend.error("FATAL", "28P01", "password authentication failed"));
            }),
        script(
            "no such database",
            "3D000",
            talk -> {
              talk.startup();
              talk.send(Backend.error("FATAL", "3D000", "database does not exist"));
            }),
        script(
            "full",
            "53300",
            talk -> {
              talk.startup();
              talk.send(Backend.error("FATAL", "53300", "too many clients already"));
            }),
        script(
            "starting up",
            "57P03",
            talk -> {
              talk.startup();
              talk.send(Backend.error("FATAL", "57P03", "the database system is starting up"));
            }));
  }

  private static Arguments script(String name, String sqlState, FakeServer.Script script) {
    return Arguments.of(name, sqlState, script);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("failedLogIns")
  void aFailedLogInIsToldAndTheNextOneServes(String name, String sqlState, FakeServer.Script script)
      throws IOException {
    server.script(script);
    RawClient.ErrorReceived refused =
        catchThrowableOfType(
            RawClient.ErrorReceived.class, () -> RawClient.logIn(node.target()).close());
    assertThat(refused).as("the first log-in needs a server").isNotNull();
    assertThat(refused.error().sqlState()).isIn(sqlState, "53300");
    assertThat(refused.error().fields().get('V')).isEqualTo("FATAL");
    server.script(
        talk -> {
          talk.logIn();
          talk.answerAll();
        });
    Await.until(
        "clients are let in again",
        () -> {
          try (RawClient client = RawClient.logIn(node.target())) {
            return "fine".equals(client.value("SELECT 1"));
          } catch (RawClient.ErrorReceived notYet) {
            return false;
          }
        });
    // Clients that are in already are told the same with an ERROR, and stay.
    try (RawClient client = RawClient.logIn(node.target())) {
      node.admin("RECONNECT");
      server.script(script);
      Message error = error(client.query("SELECT 1"));
      assertThat(error.fields().get('V')).isEqualTo("ERROR");
      server.script(
          talk -> {
            talk.logIn();
            talk.answerAll();
          });
      Await.until(
          "statements work again",
          () -> client.query("SELECT 1").stream().anyMatch(message -> message.type() == 'D'));
    }
  }

  @Test
  void aSlowLogInDelaysOnlyThoseWhoNeedIt() throws IOException {
    try (RawClient first = RawClient.logIn(node.target())) {
      assertThat(first.value("SELECT 1")).isEqualTo("fine");
      server.script(
          talk -> {
            talk.startup();
            Thread.sleep(500);
            talk.send(Backend.greeting());
            talk.answerAll();
          });
      List<RawClient> more = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        RawClient client = RawClient.logIn(node.target());
        client.send(Frontend.query("SELECT 1"));
        more.add(client);
      }
      for (RawClient client : more) {
        assertThat(client.untilReady()).extracting(Message::type).contains('D');
        client.close();
      }
    }
  }
}
