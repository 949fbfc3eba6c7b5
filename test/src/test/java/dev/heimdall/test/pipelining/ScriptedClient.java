package dev.heimdall.test.pipelining;

import static dev.heimdall.test.fixture.Frontend.all;
import static dev.heimdall.test.fixture.Frontend.bind;
import static dev.heimdall.test.fixture.Frontend.bindForBinary;
import static dev.heimdall.test.fixture.Frontend.closeStatement;
import static dev.heimdall.test.fixture.Frontend.copyData;
import static dev.heimdall.test.fixture.Frontend.copyDone;
import static dev.heimdall.test.fixture.Frontend.copyFail;
import static dev.heimdall.test.fixture.Frontend.describePortal;
import static dev.heimdall.test.fixture.Frontend.describeStatement;
import static dev.heimdall.test.fixture.Frontend.execute;
import static dev.heimdall.test.fixture.Frontend.flush;
import static dev.heimdall.test.fixture.Frontend.parse;
import static dev.heimdall.test.fixture.Frontend.query;
import static dev.heimdall.test.fixture.Frontend.sync;
import static dev.heimdall.test.fixture.Frontend.terminate;

import dev.heimdall.test.fixture.Await;
import dev.heimdall.test.fixture.Message;
import dev.heimdall.test.fixture.RawClient;
import dev.heimdall.test.fixture.Target;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/**
 * One client after the other, doing random things that follow from the seed alone, never from what
 * they are answered: so the same seed does the same elsewhere.
 */
final class ScriptedClient {
  /** Much longer than it takes to cancel it. */
  private static final int ENDLESS_MILLIS = 60_000;

  private final int number;
  private final Target target;
  private final Random random;
  private final Questions questions;
  private final List<Reply> replies = new ArrayList<>();
  private final Map<String, String> named = new HashMap<>();

  /** Sent ahead, or about to be: what it was, and the bytes. */
  private final List<String> ahead = new ArrayList<>();

  private final List<byte[]> aheadBytes = new ArrayList<>();
  private RawClient client;
  private boolean sendsAhead;
  private boolean inTransaction;
  private int names;
  private long statements;

  ScriptedClient(int number, Target target, long seed) {
    this.number = number;
    this.target = target;
    this.random = new Random(seed * 1_000_003 + number);
    this.questions = new Questions(number, random);
  }

  Target target() {
    return target;
  }

  /** Statements that were sent so far. */
  long statements() {
    return statements;
  }

  /** What was answered so far. */
  List<Reply> replies() {
    return replies;
  }

  void play(int steps) throws IOException {
    try {
      logIn();
      for (int i = 0; i < steps; i++) {
        step();
      }
      settle();
      client.send(terminate());
    } finally {
      if (client != null) {
        client.close();
      }
    }
  }

  private void logIn() throws IOException {
    named.clear();
    // Who sends ahead does not wait for what its start-up values bring: see Replies.
    sendsAhead = random.nextInt(10) == 0;
    String[] more =
        switch (sendsAhead ? 9 : random.nextInt(12)) {
          case 0 -> new String[] {"application_name", "one of some"};
          case 1 -> new String[] {"options", "-c extra_float_digits=2"};
          case 2 -> new String[] {"TimeZone", "Africa/Cairo", "DateStyle", "ISO, MDY"};
          default -> new String[] {};
        };
    client = RawClient.logIn(target, more);
    // How one proves who one is has salts and nonces in it.
    List<Message> greeting = client.greeting().stream().filter(m -> m.type() != 'R').toList();
    replies.add(Reply.toLogIn(List.of(more).toString(), greeting));
  }

  private void step() throws IOException {
    int kind = random.nextInt(1_000);
    if (kind < 700) {
      ask(questions.read());
    } else if (kind < 760) {
      ask(questions.write());
    } else if (kind < 800) {
      ask(questions.failing());
    } else if (kind < 840) {
      ask(questions.talking());
    } else if (kind < 870) {
      transaction();
    } else if (kind < 890) {
      settings();
    } else if (kind < 910) {
      batch();
    } else if (kind < 930) {
      ask(questions.large());
    } else if (kind < 960) {
      cancelSomeTime();
    } else if (kind < 968) {
      cancelSurely();
    } else if (kind < 978) {
      mistake();
    } else if (kind < 984) {
      copy();
    } else if (kind < 985) {
      timeLimit();
    } else if (kind < 989) {
      ownConnection();
    } else {
      vanish();
    }
  }

  // ---- asking

  /** By any protocol. */
  private void ask(Question question) throws IOException {
    statements++;
    switch (random.nextInt(4)) {
      case 0, 1 -> send(question.inlined(), query(question.inlined()));
      case 2 -> unnamedAlone(question);
      default -> {
        // What was sent ahead may fail: whether a Parse behind it is refused, a node cannot know.
        if (sendsAhead && inTransaction) {
          unnamedAlone(question);
        } else {
          prepared(question);
        }
      }
    }
  }

  private void unnamedAlone(Question question) throws IOException {
    send("unnamed " + question, all(unnamed(question), sync()));
  }

  private byte[] unnamed(Question question) {
    byte[] bound =
        random.nextInt(3) == 0
            ? bindForBinary("", "", question.parameters())
            : bind("", "", question.parameters());
    byte[] described = random.nextInt(4) == 0 ? new byte[0] : describePortal("");
    return all(parse("", question.sql()), bound, described, execute("", 0));
  }

  /** As drivers do: prepared and described once, then bound; some are closed again. */
  private void prepared(Question question) throws IOException {
    String name = named.get(question.sql());
    if (name == null) {
      if (named.size() > 8) {
        String old = named.keySet().iterator().next();
        String gone = named.remove(old);
        send("close " + gone, all(closeStatement(gone), sync()));
      }
      name = "p" + ++names;
      named.put(question.sql(), name);
      send(
          "prepare " + name + " " + question.sql(),
          all(parse(name, question.sql()), describeStatement(name), sync()));
    }
    send(
        "bind " + name + " " + question,
        all(bind("", name, question.parameters()), execute("", 0), sync()));
  }

  /** Waits for the answer, or sends it together with others that come soon. */
  private void send(String asked, byte[] bytes) throws IOException {
    ahead.add(asked);
    aheadBytes.add(bytes);
    if (!sendsAhead || random.nextInt(5) == 0) {
      settle();
    }
  }

  /** Sends what was not sent yet, and takes all answers. */
  private void settle() throws IOException {
    if (ahead.isEmpty()) {
      return;
    }
    client.send(aheadBytes.toArray(byte[][]::new));
    aheadBytes.clear();
    for (String asked : ahead) {
      replies.add(new Reply(asked, Reply.Cancel.NONE, client.untilReady()));
    }
    ahead.clear();
  }

  private void simple(String sql) throws IOException {
    statements++;
    send(sql, query(sql));
  }

  // ---- several statements

  private void transaction() throws IOException {
    simple(random.nextBoolean() ? "BEGIN" : "BEGIN ISOLATION LEVEL REPEATABLE READ");
    inTransaction = true;
    boolean savepoint = random.nextInt(3) == 0;
    if (savepoint) {
      simple("SAVEPOINT s");
    }
    for (int left = random.nextInt(6); left > 0; left--) {
      if (random.nextInt(12) == 0) {
        ask(questions.setting());
      } else {
        ask(questions.any());
      }
    }
    if (random.nextInt(6) == 0) {
      simple("DECLARE c CURSOR FOR SELECT id, name FROM pipe_rows ORDER BY id");
      simple("FETCH 3 FROM c");
      simple("FETCH BACKWARD 1 FROM c");
    }
    if (savepoint) {
      simple(random.nextBoolean() ? "ROLLBACK TO s" : "RELEASE s");
    }
    simple(random.nextInt(3) == 0 ? "ROLLBACK" : "COMMIT");
    inTransaction = false;
    // What a transaction set would keep the session from sharing for long.
    simple("RESET ALL");
  }

  private void settings() throws IOException {
    for (int left = 1 + random.nextInt(2); left > 0; left--) {
      ask(questions.setting());
    }
    for (int left = random.nextInt(8); left > 0; left--) {
      ask(questions.any());
    }
    simple(random.nextInt(5) == 0 ? "DISCARD ALL" : "RESET ALL");
    if (random.nextInt(3) == 0) {
      simple("COMMIT"); // a warning
    }
    named.clear(); // they may be gone
  }

  /**
   * Several statements up to one Sync, some with all kinds of ends. None in one simple query: that
   * may define anything for all the node knows, and has it doubt what it knows of functions.
   */
  private void batch() throws IOException {
    if (random.nextInt(3) == 0) {
      flushed();
      return;
    }
    List<byte[]> messages = new ArrayList<>();
    List<Question> asked = new ArrayList<>();
    for (int left = 1 + random.nextInt(4); left > 0; left--) {
      Question question = questions.any();
      asked.add(question);
      messages.add(unnamed(question));
      switch (random.nextInt(6)) {
        case 0 -> messages.add(flush());
        case 1 -> {
          messages.add(parse("", "SELECT id FROM pipe_rows WHERE id < 9 ORDER BY id"));
          messages.add(bind("portal", ""));
          messages.add(execute("portal", 2));
          messages.add(execute("portal", 3));
          statements++;
        }
        default -> {}
      }
      statements++;
    }
    messages.add(sync());
    send("batch " + asked, all(messages.toArray(byte[][]::new)));
  }

  /** A batch whose client waits for its answers before it sends the Sync. */
  private void flushed() throws IOException {
    settle();
    Question question = questions.any();
    statements++;
    String name = "p" + ++names;
    List<byte[]> sent = new ArrayList<>();
    sent.add(parse(name, question.sql()));
    if (random.nextBoolean()) {
      sent.add(flush());
    }
    sent.add(bind("", name, question.parameters()));
    sent.add(execute("", 0));
    if (random.nextInt(3) == 0) {
      sent.add(flush());
    }
    sent.add(closeStatement(name));
    sent.add(flush());
    client.send(all(sent.toArray(byte[][]::new)));
    List<Message> messages = new ArrayList<>();
    do {
      messages.add(client.receive());
    } while ("3E".indexOf(messages.get(messages.size() - 1).type()) < 0);
    client.send(sync());
    messages.addAll(client.untilReady());
    replies.add(new Reply("flushed " + name + " " + question, Reply.Cancel.NONE, messages));
  }

  // ---- mistakes and rare things

  private void mistake() throws IOException {
    statements++;
    switch (random.nextInt(7)) {
      case 0 -> send("bind nobody", all(bind("", "nobody"), execute("", 0), sync()));
      case 1 ->
          send(
              "prepare twice", all(parse("twice", "SELECT 1"), parse("twice", "SELECT 2"), sync()));
      case 2 ->
          send(
              "too few values",
              all(parse("", "SELECT $1::text /* shared */"), bind("", ""), execute("", 0), sync()));
      case 3 -> send("execute nothing", all(execute("nothing", 0), sync()));
      case 4 -> send("an empty query", query(""));
      case 5 -> {
        // Who knows what it would have done: the session keeps its server connection.
        simple("SELECT diff_none(1)");
        simple("DISCARD ALL");
        named.clear();
      }
      default ->
          send(
              "a value of the wrong type",
              all(
                  parse("", "SELECT $1::int /* shared */"),
                  bind("", "", "one"),
                  describePortal(""),
                  execute("", 0),
                  sync()));
    }
  }

  private void copy() throws IOException {
    settle();
    simple("COPY (SELECT * FROM diff_kinds WHERE id < 20 ORDER BY id) TO STDOUT");
    settle();
    String rows = "%d\t%d\t1\tcopied\n".formatted(number, 100 + random.nextInt(4));
    statements++;
    send(
        "COPY of " + rows,
        all(
            query("COPY diff_rows FROM STDIN"),
            copyData(rows),
            random.nextInt(4) == 0 ? copyFail("no more") : copyDone()));
    settle();
  }

  /**
   * Such a session keeps a server connection; it does not do so for long. No temporary table: what
   * defines anything has the node doubt all it knows of functions, and share nothing of them.
   */
  private void ownConnection() throws IOException {
    simple("SELECT pg_advisory_lock(6000000 + " + number + ")");
    ask(questions.read());
    ask(questions.any());
    simple("SELECT pg_advisory_unlock_all()");
    if (random.nextBoolean()) {
      simple("DISCARD ALL");
      named.clear();
    }
  }

  private void timeLimit() throws IOException {
    simple("SET statement_timeout = '300ms'");
    ask(questions.slow(ENDLESS_MILLIS));
    simple("RESET statement_timeout");
  }

  // ---- cancels

  /** A statement that is short: perhaps it is cancelled. */
  private void cancelSomeTime() throws IOException {
    settle();
    Question question = random.nextBoolean() ? questions.slow(random.nextInt(4)) : questions.read();
    String asked = sendAlone(question);
    client.cancel();
    replies.add(new Reply(asked, Reply.Cancel.MAYBE, client.untilReady()));
  }

  /** A statement that ends in no other way. A request may come before it, and does nothing then. */
  private void cancelSurely() throws IOException {
    settle();
    String asked = sendAlone(questions.slow(ENDLESS_MILLIS));
    List<Message> messages = new ArrayList<>();
    Await.until(
        "the statement is cancelled",
        () -> {
          client.cancel();
          while (client.hasInput()) {
            // It may still be told of its own start-up values: see Replies.
            messages.add(client.receive());
          }
          return messages.stream().anyMatch(message -> message.type() == 'E');
        });
    while (messages.get(messages.size() - 1).type() != 'Z') {
      messages.add(client.receive());
    }
    replies.add(new Reply(asked, Reply.Cancel.SURE, messages));
  }

  private String sendAlone(Question question) throws IOException {
    statements++;
    if (random.nextBoolean()) {
      client.send(query(question.inlined()));
      return "to cancel: " + question.inlined();
    }
    client.send(unnamed(question), sync());
    return "to cancel: unnamed " + question;
  }

  // ---- clients that go

  /** The client dies, and another comes in its place. */
  private void vanish() throws IOException {
    settle();
    switch (random.nextInt(7)) {
      case 0 -> sendAlone(questions.read());
      case 1 -> sendAlone(questions.slow(random.nextInt(30)));
      case 2 -> {
        sendAlone(questions.large());
        client.receive();
      }
      case 3 -> sendAlone(questions.unseenWrite());
      case 4 -> {
        byte[] half = query(questions.read().inlined());
        client.sendPart(half, 0, 1 + random.nextInt(half.length - 1));
      }
      case 5 -> {
        simple("BEGIN");
        simple("UPDATE diff_rows SET n = n + 1000 WHERE client = " + number);
        settle();
      }
      default -> client.send(unnamed(questions.read())); // and no Sync
    }
    if (random.nextBoolean()) {
      client.vanish();
    } else {
      client.close();
    }
    logIn();
  }
}
